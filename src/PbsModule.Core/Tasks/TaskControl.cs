using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>A line of a task log.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">With its time stamp, where it has one.</param>
public readonly record struct TaskLogLine(long Number, string Text);

/// <summary>Looks after single tasks of a server's lists, whoever runs them.</summary>
internal sealed class TaskControl(TaskFolder folder)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StopAnswerLimit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// True while the task is in the list of active ones and its worker, as far as can be told, at work.
    /// </summary>
    public bool IsActive(Upid upid)
    {
        if (!folder.IsRunning(upid)) return false;
        List<TaskListEntry> active = TaskListFile.Read(folder.Active, TaskDamage.ReadOn, static _ => { }, out _);
        return active.Exists(e => e.IsRunning && e.Upid == upid);
    }

    /// <summary>How the task ended; null while it is active. Unknown where nothing is left of it.</summary>
    public TaskState? StateOf(Upid upid) => IsActive(upid) ? null : TaskLogFile.ReadStateOrUnknown(folder, upid);

    /// <summary>Waits until the task is over.</summary>
    /// <returns>How it ended; null if it is still active after the time allowed.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public TaskState? Wait(Upid upid, TimeSpan limit, CancellationToken cancellation)
    {
        long start = folder.Time.GetTimestamp();
        while (IsActive(upid))
        {
            if (folder.Time.GetElapsedTime(start) >= limit) return null;
            Pause(cancellation);
        }

        return TaskLogFile.ReadStateOrUnknown(folder, upid);
    }

    /// <summary>
    /// Refuses a task that is active and does not take requests from here; one that is over has no need of them.
    /// </summary>
    /// <exception cref="PbsConflictException">The worker is none of this module's, or on a system without its
    /// locks.</exception>
    public void DemandStoppable(Upid upid)
    {
        if (IsActive(upid) && folder.LogPath(upid) is { } log && !TaskLogLock.TakesRequests(log))
        {
            throw NotStoppable(upid);
        }
    }

    /// <summary>
    /// Asks the worker of another session to stop. Returns when it has heard, not when it has stopped.
    /// </summary>
    /// <exception cref="PbsConflictException">The task is none of this module's, or nobody answers.</exception>
    /// <exception cref="PbsPermissionException">Its log is not ours to lock.</exception>
    /// <exception cref="PbsStorageException">Its log cannot be opened.</exception>
    public void RequestStop(Upid upid, CancellationToken cancellation)
    {
        if (!IsActive(upid) || folder.LogPath(upid) is not { } log) return;
        try
        {
            if (TaskLogLock.RequestStop(log, new LockWait(StopAnswerLimit, folder.Time, cancellation))
                || !IsActive(upid))
            {
                return;
            }
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.TaskNotStoppable, $"unable to ask task {upid} to stop", upid.ToString());
        }

        throw NotStoppable(upid);
    }

    /// <summary>Lines of a task's log.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="start">First line wanted, from 1; 0 is the same.</param>
    /// <param name="limit">The most lines; 0 for all.</param>
    /// <param name="follow">Goes on with what is written until the task is over.</param>
    /// <param name="cancellation">Ends the following.</param>
    /// <exception cref="PbsNotFoundException">There is no log.</exception>
    /// <exception cref="PbsStorageException">It cannot be read.</exception>
    public IEnumerable<TaskLogLine> ReadLog(
        Upid upid,
        long start,
        long limit,
        bool follow,
        CancellationToken cancellation)
    {
        using TaskLogReader reader = OpenLog(upid);
        long number = 0, last = limit == 0 ? long.MaxValue : Math.Max(start, 1) + limit - 1;
        while (number < last)
        {
            // Asked before reading: what is written until then is there to be read.
            bool isOver = !follow || !IsActive(upid);
            while (number < last && TryRead(reader, upid, isOver, out string line))
            {
                if (++number >= start) yield return new TaskLogLine(number, line);
            }

            if (isOver) yield break;
            Pause(cancellation);
        }
    }

    private TaskLogReader OpenLog(Upid upid)
    {
        try
        {
            return new TaskLogReader(folder.LogPath(upid) ?? throw new OsErrorException(OsError.ENOENT, null));
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            throw new PbsNotFoundException(
                PbsErrorId.TaskNotFound,
                $"there is no log of task {upid} - {e.Message}",
                upid.ToString(),
                e);
        }
        catch (OsErrorException e)
        {
            throw Unreadable(upid, e);
        }
    }

    private static bool TryRead(TaskLogReader reader, Upid upid, bool isOver, out string line)
    {
        try
        {
            return reader.TryRead(isOver, out line);
        }
        catch (OsErrorException e)
        {
            throw Unreadable(upid, e);
        }
    }

    private static PbsException Unreadable(Upid upid, OsErrorException cause) =>
        cause.As(PbsErrorId.TaskLogUnreadable, $"unable to read the log of task {upid}", upid.ToString());

    private static PbsConflictException NotStoppable(Upid upid) =>
        new(
            PbsErrorId.TaskNotStoppable,
            $"task {upid} is run by process {upid.Pid}, which does not take requests from here",
            upid.ToString())
        {
            RecommendedAction =
                "Stop it where it was started: in the server's interface, or with proxmox-backup-manager task stop.",
        };

    private void Pause(CancellationToken cancellation) =>
        Task.Delay(Poll, folder.Time, cancellation).GetAwaiter().GetResult();
}
