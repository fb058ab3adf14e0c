using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>An entry point into a datastore, with the privileges it requires.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Operation">The kind of operation that maintenance mode decides on.</param>
/// <param name="Full">Any of these privileges allows it on everything in the namespace.</param>
/// <param name="Limited">Any of these privileges allows it on the caller's own groups.</param>
/// <param name="OnParent">Whether the privileges are required on the parent namespace.</param>
/// <param name="OnS3">Whether it is possible if the folder is only the cache of a bucket.</param>
/// <param name="OnVisible">Whether a namespace must also be visible to the caller.</param>
internal sealed record Entry(
    string Name, DatastoreOperation Operation, Privileges Full, Privileges Limited =
        Privileges.None, bool OnParent = false, bool OnS3 = false, bool OnVisible = false);

/// <summary>The right that a caller needs on a task. <see cref="Tasks.TaskAccess"/> defines who has it.</summary>
internal enum TaskReach
{
    /// <summary>The right to see the task.</summary>
    See,

    /// <summary>The right to stop the task.</summary>
    Stop,
}

/// <summary>An entry point for worker tasks.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Reach">The right required for each task.</param>
internal sealed record TaskEntry(string Name, TaskReach Reach);

/// <summary>
/// All entry points into a datastore and to a server's tasks. Source: the endpoint tables of PBS's API.
/// </summary>
internal static partial class Entries
{
    public static readonly Entry ListNamespaces =
        new("namespace", DatastoreOperation.Read, AccessControl.NamespaceVisible, OnS3: true);
    public static readonly Entry ListGroups =
        new("groups", DatastoreOperation.Read, Privileges.DatastoreAudit, Privileges.DatastoreBackup, OnS3: true);
    public static readonly Entry ListSnapshots =
        new("snapshots", DatastoreOperation.Read, Privileges.DatastoreAudit, Privileges.DatastoreBackup, OnS3: true);
    public static readonly Entry ListFiles = new(
        "files",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);
    public static readonly Entry GetNotes =
        new("notes", DatastoreOperation.Read, Privileges.DatastoreAudit, Privileges.DatastoreBackup);
    public static readonly Entry SetNotes =
        new("notes", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastoreBackup);

    public static readonly Entry ReadCatalog =
        new("catalog", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);

    /// <summary>Only for the owner: no privilege replaces ownership.</summary>
    public static readonly Entry UploadLog =
        new("upload-backup-log", DatastoreOperation.Write, Privileges.None, Privileges.DatastoreBackup);

    /// <summary>
    /// Callers with only the limited privilege may transfer groups to and from their own tokens:
    /// <see cref="Ownership.MayGive"/>.
    /// </summary>
    public static readonly Entry ChangeOwner =
        new("change-owner", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastoreBackup);

    public static readonly Entry CreateNamespace =
        new("namespace", DatastoreOperation.Write, Privileges.DatastoreModify, OnParent: true);
    public static readonly Entry RemoveNamespace =
        new("namespace", DatastoreOperation.Write, Privileges.DatastoreModify, OnParent: true);

    /// <summary>Sizes and garbage collection; callers with fewer privileges get <see cref="CountGroups"/>.</summary>
    public static readonly Entry Status =
        new("status", DatastoreOperation.Read, Privileges.DatastoreAudit | Privileges.DatastoreBackup, OnS3: true);

    /// <summary>The accessible groups that a status counts for callers without Datastore.Audit.</summary>
    public static readonly Entry CountGroups = new(
        "status",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        AccessControl.NamespaceVisible,
        OnS3: true);

    public static readonly Entry ActiveOperations =
        new("active-operations", DatastoreOperation.Lookup, Privileges.DatastoreAudit, OnS3: true);

    public static readonly TaskEntry ListTasks = new("tasks", TaskReach.See);
    public static readonly TaskEntry TaskStatus = new("tasks/{upid}/status", TaskReach.See);
    public static readonly TaskEntry TaskLog = new("tasks/{upid}/log", TaskReach.See);
    public static readonly TaskEntry WaitForTask = new("tasks/{upid}/status", TaskReach.See);
    public static readonly TaskEntry StopTask = new("tasks/{upid}", TaskReach.Stop);
}
