using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Tasks;

/// <summary>Which tasks of the lists are wanted, with the meaning that the server's own list gives each word.</summary>
public sealed record TaskFilter
{
    /// <summary>
    /// Tasks of this datastore: verifications, prunes, backups, garbage collections, and syncs into it.
    /// </summary>
    public string? Store { get; init; }

    /// <summary>Only what runs.</summary>
    public bool RunningOnly { get; init; }

    /// <summary>Leaves out what ended OK; what runs stays.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>A part of the identity.</summary>
    public string? User { get; init; }

    /// <summary>A part of the worker type.</summary>
    public string? Type { get; init; }

    /// <summary>Results; leaves out what runs. Null for any.</summary>
    public IReadOnlyCollection<TaskStateKind>? Status { get; init; }

    /// <summary>
    /// Unix seconds: started then or later. The list ends at the first task that ended before and is not too late for
    /// <see cref="Until"/>.
    /// </summary>
    public long? Since { get; init; }

    /// <summary>Unix seconds: started then or earlier.</summary>
    public long? Until { get; init; }

    /// <summary>Matching tasks to skip.</summary>
    public long Start { get; init; }

    /// <summary>The most tasks; 0 for no limit.</summary>
    public long Limit { get; init; }

    /// <summary>Picks out of a list, lazily.</summary>
    /// <param name="tasks">In list order.</param>
    /// <param name="isVisible">What the caller may see; asked before anything is counted.</param>
    public IEnumerable<TaskListEntry> Apply(IEnumerable<TaskListEntry> tasks, Func<Upid, bool> isVisible)
    {
        long skipped = 0, taken = 0;
        foreach (TaskListEntry task in tasks)
        {
            if (task.Upid.StartTime > (Until ?? long.MaxValue)) continue;
            if (task.State is { } state && state.EndTime < (Since ?? long.MinValue)) yield break;
            if (!isVisible(task.Upid) || !Matches(task)) continue;
            if (skipped < Start)
            {
                skipped++;
                continue;
            }

            yield return task;
            if (++taken == Limit) yield break;
        }
    }

    private bool Matches(TaskListEntry task)
    {
        Upid upid = task.Upid;
        return (!RunningOnly || task.IsRunning)
            && (Since is not { } since || upid.StartTime >= since)
            && (User is null || upid.AuthId.Contains(User, StringComparison.Ordinal))
            && (Type is null || upid.WorkerType.Contains(Type, StringComparison.Ordinal))
            && (!ErrorsOnly || task.State?.Kind != TaskStateKind.Ok)
            && (Status is null || (task.State is { } state && Status.Contains(state.Kind)))
            && (Store is null || StoreOf(upid) == Store);
    }

    /// <summary>
    /// Returns the datastore that a task works on, as the server decides; null for types that it does not count to a
    /// datastore. The types of 4.x that begin their id with a datastore count, too.
    /// </summary>
    public static string? StoreOf(Upid task)
    {
        if (task.WorkerId is not { } id) return null;
        if (task.WorkerType == "syncjob") return id.Split(':') is [_, _, var local, ..] ? local : null;
        bool isAbout = task.WorkerType.StartsWith("verif", StringComparison.Ordinal)
            || task.WorkerType is "prune" or "prunejob" or "backup" or "garbage_collection"
                or "move-group" or "move-namespace" or "mount-device" or "unmount-device" or "s3-refresh";
        return isAbout ? id.Split(':')[0] : null;
    }
}
