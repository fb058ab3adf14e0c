using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Gate;

/// <summary>
/// All entry points into a datastore and to a server's tasks. Source: the endpoint tables of PBS's API.
/// </summary>
internal static class Entries
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
    public static readonly Entry GetNotes = new(
        "notes",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit,
        Privileges.DatastoreBackup,
        OnS3: true);
    public static readonly Entry SetNotes =
        new("notes", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastoreBackup);

    public static readonly Entry ReadCatalog = new(
        "catalog",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

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

    public static readonly Entry Download = new(
        "download",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);
    public static readonly Entry DownloadDecoded = new(
        "download-decoded",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

    /// <summary>PBS leaves this check to its client, which downloads the manifest for it.</summary>
    public static readonly Entry CheckSignature = new(
        "download",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

    public static readonly Entry ReadArchive = new(
        "pxar-file-download",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

    /// <summary>A read operation for the server's maintenance modes, although states are recorded.</summary>
    public static readonly Entry Verify =
        new("verify", DatastoreOperation.Read, Privileges.DatastoreVerify, Privileges.DatastoreBackup);

    public static readonly Entry CollectGarbage = new("gc", DatastoreOperation.Write, Privileges.DatastoreModify);

    public static readonly Entry GarbageStatus =
        new("gc", DatastoreOperation.Read, Privileges.DatastoreAudit, OnS3: true);

    /// <summary>PBS has no such endpoint. The result reveals no more than the status of the last collection.</summary>
    public static readonly Entry MeasureGarbage = new("gc", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <summary>For named groups. PBS requires the same for a dry run.</summary>
    public static readonly Entry PruneGroup =
        new("prune", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);

    /// <summary>For all groups of namespaces, limited to those that the caller may see and prune.</summary>
    public static readonly Entry PruneDatastore = new(
        "prune-datastore",
        DatastoreOperation.Write,
        Privileges.DatastoreModify,
        Privileges.DatastorePrune,
        OnVisible: true);

    public static readonly Entry RemoveSnapshot =
        new("snapshots", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);
    public static readonly Entry RemoveGroup =
        new("groups", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);
    public static readonly Entry SetProtection =
        new("protected", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastoreBackup);

    /// <summary>Reads a server's statistics of a store.</summary>
    public static readonly Entry ReadMetrics =
        new("rrd", DatastoreOperation.Read, Privileges.DatastoreAudit | Privileges.DatastoreBackup, OnS3: true);

    /// <summary>
    /// PBS has no such endpoint. Sizes shared with other groups are shown only to callers who may audit the whole
    /// store.
    /// </summary>
    public static readonly Entry MeasureStore = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureGroups = new("groups", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureSnapshots =
        new("snapshots", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry Report = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <summary>Requires the same privileges as listing the files that contain the references.</summary>
    public static readonly Entry FindReferences = new(
        "files",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

    /// <summary>Reads two catalogs or two indexes.</summary>
    public static readonly Entry Compare = new(
        "catalog",
        DatastoreOperation.Read,
        Privileges.DatastoreRead,
        Privileges.DatastoreBackup,
        OnS3: true);

    public static readonly JobEntry ListVerifyJobs =
        new("admin/verify", Privileges.DatastoreAudit | Privileges.DatastoreVerify);
    public static readonly JobEntry ListPruneJobs =
        new("admin/prune", Privileges.DatastoreAudit | Privileges.DatastoreModify);

    /// <summary>Requires <see cref="ListRemotes"/>, too, or the privilege on the other datastore.</summary>
    public static readonly JobEntry ListSyncJobs = new("admin/sync", Privileges.DatastoreAudit);
    public static readonly JobEntry ListGarbageCollections = new("admin/gc", Privileges.DatastoreAudit);
    public static readonly JobEntry ListRemotes = new("config/remote", Privileges.RemoteAudit);

    public static readonly AccessEntry ListAcl =
        new("access/acl", AclPath.AccessAcl, Privileges.SysAudit, AccessScope.OwnTokens);

    /// <summary>
    /// <see cref="AccessControl.DemandEntryChange"/> makes the refusals, which name the missing privileges.
    /// </summary>
    public static readonly AccessEntry ChangeAcl =
        new("access/acl", AclPath.AccessAcl, Privileges.PermissionsModify, AccessScope.OwnTokens);

    public static readonly AccessEntry ListRoles =
        new("access/roles", AclPath.Access, Privileges.None, AccessScope.Everybody);
    public static readonly AccessEntry ListUsers =
        new("access/users", AclPath.AccessUsers, Privileges.SysAudit, AccessScope.OwnUser);
    public static readonly AccessEntry ListTokens =
        new("access/users/token", AclPath.AccessUsers, Privileges.SysAudit, AccessScope.OwnTokens);
    public static readonly AccessEntry ListPermissions =
        new("access/permissions", AclPath.Access, Privileges.SysAudit, AccessScope.Self | AccessScope.OwnTokens);
}
