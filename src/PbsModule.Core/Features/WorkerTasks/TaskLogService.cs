using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Gate;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.WorkerTasks;

/// <summary>Reads task logs.</summary>
public sealed class TaskLogService
{
    private readonly ServiceScope _scope;

    internal TaskLogService(ServiceScope scope) => _scope = scope;

    private static readonly TimeSpan LogPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns the lines of a task's log, as they are read.</summary>
    /// <exception cref="PbsPermissionException">
    /// <c>task access not allowed</c>, whether the task exists or not.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The log does not exist.</exception>
    /// <exception cref="PbsStorageException">The log cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while following the log.</exception>
    public IEnumerable<TaskLogLineInfo> Read(Upid upid, TaskLogQuery query, CancellationToken cancellation)
    {
        DatastoreGate.EnterTasks(Entries.TaskLog, _scope.Connection).Demand(upid);
        RunningTask? own = _scope.Connection.Workers.Find(upid);
        IEnumerable<TaskLogLine> lines =
            own is { IsUnlisted: true } ? ReadMemory(own, query, cancellation) : ReadFile(upid, query, cancellation);
        return lines.Select(line => new TaskLogLineInfo(upid, line.Number, line.Text));
    }

    private IEnumerable<TaskLogLine> ReadFile(Upid upid, TaskLogQuery query, CancellationToken cancellation)
    {
        long start = query.Tail is { } tail
            ? FirstOfLast(
                tail,
                new TaskService(_scope).Control.ReadLog(upid, 0, 0, follow: false, cancellation).LongCount())
            : 1;
        long last = 0;
        foreach (TaskLogLine line in new TaskService(_scope).Control.ReadLog(
            upid,
            start,
            0,
            query.Follow,
            cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            last = line.Number;
            yield return line;
        }

        // If the disk was full, the task continued its log in memory.
        foreach (string text in _scope.Connection.Workers.Find(upid)?.LogInMemory ?? [])
        {
            yield return new TaskLogLine(++last, text);
        }
    }

    private static IEnumerable<TaskLogLine> ReadMemory(
        RunningTask task,
        TaskLogQuery query,
        CancellationToken cancellation)
    {
        long number = query.Tail is { } tail ? FirstOfLast(tail, task.LogInMemory.Count) - 1 : 0;
        while (true)
        {
            // Checked before reading, so that all lines written until then are read.
            bool isOver = !query.Follow || task.Completion.IsCompleted;
            IReadOnlyList<string> lines = task.LogInMemory;
            while (number < lines.Count) yield return new TaskLogLine(number + 1, lines[(int)number++]);
            if (isOver) yield break;
            task.Completion.Wait(LogPoll, cancellation);
        }
    }

    private static long FirstOfLast(long wanted, long count) => Math.Max(0, count - wanted) + 1;
}
