using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// Reads the task lists in PBS's order: running tasks, the newest first; then finished ones, the last that ended first.
/// PBS moves tasks whose process is gone to the archive while it lists; here nothing is written, they are shown as if
/// they had been moved.
/// </summary>
internal sealed class TaskLists(TaskFolder folder)
{
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10);

    /// <summary>The tasks, read as they are asked for.</summary>
    /// <param name="runningOnly">Leaves the archives alone.</param>
    /// <param name="damage">What is done about damaged files.</param>
    /// <param name="report">Told of what could not be read, on the thread that enumerates.</param>
    /// <param name="cancellation">Ends the wait for the lists' lock.</param>
    /// <exception cref="PbsLockedException">Somebody kept the lists locked for 10 s.</exception>
    /// <exception cref="PbsFormatException">As a server: the list of active tasks is damaged.</exception>
    public IEnumerable<TaskListEntry> Read(
        bool runningOnly,
        TaskDamage damage,
        Action<ListingProblem> report,
        CancellationToken cancellation)
    {
        List<TaskListEntry> active;
        using var archives = new TaskArchiveFiles(folder);
        using (FileLock? held = TakeLock(cancellation))
        {
            active = [.. ReadList(folder.Index, damage, report), .. ReadList(folder.Active, damage, report)];
            if (!runningOnly) archives.Open();
        }

        var finished = new List<TaskListEntry>();
        for (int i = active.Count - 1; i >= 0; i--)
        {
            TaskListEntry entry = active[i];
            if (entry.IsRunning && folder.IsRunning(entry.Upid)) yield return entry;
            else
            {
                finished.Add(entry.IsRunning ? entry with
                {
                    State = TaskLogFile.ReadStateOrUnknown(folder, entry.Upid),
                } : entry);
            }
        }

        if (runningOnly) yield break;
        finished.Reverse();
        foreach (TaskListEntry entry in finished.OrderBy(e => e.State!.Value.EndTime).Reverse()) yield return entry;

        // An update that was killed between its two steps has these in the archive already.
        HashSet<Upid> seen = [.. finished.Select(e => e.Upid)];
        foreach (TaskListEntry entry in archives.Read(damage, report))
        {
            if (!seen.Contains(entry.Upid)) yield return entry;
        }
    }

    private FileLock? TakeLock(CancellationToken cancellation)
    {
        FileLock? held = LockFile.TryTakeExisting(
            folder.Lock,
            LockMode.Shared,
            new LockWait(LockLimit, folder.Time, cancellation),
            out int errno);
        if (held is null && errno == 0)
        {
            throw new PbsLockedException(
                PbsErrorId.TaskListLocked,
                $"unable to acquire lock \"{folder.Lock}\" - held by another process for {LockLimit.TotalSeconds} s",
                folder.Lock);
        }

        // A copy of a server's logs has no lock, and a file system that knows none has nobody to wait for.
        return held;
    }

    private static List<TaskListEntry> ReadList(string path, TaskDamage damage, Action<ListingProblem> report)
    {
        List<TaskListEntry> entries = TaskListFile.Read(path, damage, report, out PbsException? failure);
        if (failure is null) return entries;
        if (damage == TaskDamage.AsServer) throw failure;
        report(new ListingProblem(failure.ErrorId, failure.Message, path, ListingProblemKind.Error, failure));
        return entries;
    }
}
