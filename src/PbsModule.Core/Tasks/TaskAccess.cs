using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Tasks;

/// <summary>A privilege somebody would need.</summary>
/// <param name="Path">The components of the ACL path.</param>
/// <param name="Privilege">PBS's name of it, <c>Datastore.Modify</c>.</param>
public sealed record TaskPrivilege(IReadOnlyList<string> Path, string Privilege);

/// <summary>Who may see a task and who may stop it. What an identity may do on a path is asked of the caller.</summary>
public static class TaskAccess
{
    private const string Modify = "Datastore.Modify";
    private const string Verify = "Datastore.Verify";
    private const string Backup = "Datastore.Backup";
    private const string LocalSource = "-";

    /// <summary>What shows somebody all tasks.</summary>
    public static TaskPrivilege SeesAll { get; } = new(["system", "tasks"], "Sys.Audit");

    /// <summary>What lets somebody stop any task.</summary>
    public static TaskPrivilege StopsAny { get; } = new(["system", "tasks"], "Sys.Modify");

    /// <summary>
    /// His own tasks, a user also those of his tokens; any with Sys.Audit; scheduled work by what it works on.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="holds">Whether the caller holds a privilege.</param>
    public static bool MaySee(Upid task, Authid caller, Func<TaskPrivilege, bool> holds) =>
        IsOwn(task, caller) || holds(SeesAll) || (JobPrivileges(task) is { } needed && needed.All(holds));

    /// <summary>Exactly his own tasks, or any with Sys.Modify. A user does not stop what his tokens started.</summary>
    /// <param name="task">The task.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="holds">Whether the caller holds a privilege.</param>
    public static bool MayStop(Upid task, Authid caller, Func<TaskPrivilege, bool> holds) =>
        task.AuthId == caller.ToString() || holds(StopsAny);

    /// <exception cref="PbsPermissionException"><c>task access not allowed</c></exception>
    public static void DemandSight(Upid task, Authid caller, Func<TaskPrivilege, bool> holds)
    {
        if (!MaySee(task, caller, holds))
        {
            throw new PbsPermissionException(PbsErrorId.PermissionDenied, "task access not allowed", task.ToString());
        }
    }

    private static bool IsOwn(Upid task, Authid caller)
    {
        if (!Authid.TryParse(task.AuthId, out Authid? owner, out _)) return false;
        return owner == caller || (owner.IsToken && !caller.IsToken && owner.User == caller.User);
    }

    /// <summary>Null where no privilege shows the task.</summary>
    private static IReadOnlyList<TaskPrivilege>? JobPrivileges(Upid task)
    {
        string[] id = (task.WorkerId ?? "").Split(':');
        return task.WorkerType switch
        {
            _ when task.WorkerId is null => null,
            "verificationjob" when id.Length > 1 => [new(["datastore", id[0]], Verify)],
            "garbage_collection" => [new(["datastore", task.WorkerId], Modify)],

            // The id is {store}, {store}:{namespace} or {store}:{namespace}:{group}; a namespace that is empty stays a
            // component.
            "prune" or "prunejob" => [new(["datastore", .. id.Take(2)], Modify)],

            // {remote or -}:{its store}:{local store}:{namespace}:{job}
            "syncjob" when id is [var remote, var source, var local, var ns, _, ..] =>
                [Target(local, ns), Source(remote, source)],
            _ => null,
        };
    }

    private static TaskPrivilege Target(string store, string ns) =>
        new(ns.Length == 0 ? ["datastore", store] : ["datastore", store, .. ns.Split('/')], Backup);

    private static TaskPrivilege Source(string remote, string store) => remote == LocalSource
        ? new(["datastore", store], Backup)
        : new(["remote", remote, store], "Remote.Read");
}
