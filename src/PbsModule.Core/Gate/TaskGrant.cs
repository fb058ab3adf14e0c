using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Gate;

/// <summary>The grant for worker tasks. For one listing or one call; not thread-safe.</summary>
internal sealed class TaskGrant(TaskEntry entry, Authid caller, AccessControl? access)
{
    // Cached, because a list checks the same few privileges for thousands of tasks.
    private readonly Dictionary<string, bool> _held = new(StringComparer.Ordinal);

    /// <summary>Whether the grant includes a task.</summary>
    public bool Admits(Upid task) => access is null || (entry.Reach == TaskReach.Stop
        ? TaskAccess.MayStop(task, caller, Holds)
        : TaskAccess.MaySee(task, caller, Holds));

    /// <summary>Whether the caller may see every task, and thus also the problems of damaged lists.</summary>
    public bool SeesAll => access is null || Holds(TaskAccess.SeesAll);

    /// <exception cref="PbsPermissionException">
    /// <c>task access not allowed</c>, or the missing privilege to stop tasks.
    /// </exception>
    public void Demand(Upid task)
    {
        if (Admits(task)) return;
        if (entry.Reach == TaskReach.See) TaskAccess.DemandSight(task, caller, Holds);
        access!.Demand(caller, PathOf(TaskAccess.StopsAny), PrivilegeName.Parse(TaskAccess.StopsAny.Privilege));
    }

    private bool Holds(TaskPrivilege needed)
    {
        AclPath path = PathOf(needed);
        string key = $"{needed.Privilege} {path.Text}";
        if (!_held.TryGetValue(key, out bool held))
        {
            _held.Add(key, held = access!.IsAllowed(caller, path, PrivilegeName.Parse(needed.Privilege)));
        }

        return held;
    }

    private static AclPath PathOf(TaskPrivilege needed) => AclPath.Of([.. needed.Path]);
}
