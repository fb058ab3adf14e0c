using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Gate;

/// <summary>An entry point into a datastore, with the privileges it requires.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Operation">The kind of operation that maintenance mode decides on.</param>
/// <param name="Full">Any of these privileges allows it on everything in the namespace.</param>
/// <param name="Limited">Any of these privileges allows it on the caller's own groups.</param>
/// <param name="OnParent">Whether the privileges are required on the parent namespace.</param>
/// <param name="OnS3">Whether it is possible if the folder is only the local cache of a bucket.</param>
/// <param name="OnVisible">Whether a namespace must also be visible to the caller.</param>
internal sealed record Entry(
    string Name, DatastoreOperation Operation, Privileges Full, Privileges Limited =
        Privileges.None, bool OnParent = false, bool OnS3 = false, bool OnVisible = false);

/// <summary>An entry point for jobs and remotes.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Any">Any of these privileges on its namespace, or on the remote, shows a job.</param>
internal sealed record JobEntry(string Name, Privileges Any);

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
