using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// Starts worker tasks of one session and keeps what the server's lists cannot know of them: those at work, and those
/// whose logs are in memory only.
/// </summary>
internal sealed class TaskRunner(TaskFolder folder)
{
    // Of tasks that left no file, the last so many can still be looked at.
    private const int KeptInMemory = 100;

    private readonly Lock _lock = new();
    private readonly List<RunningTask> _tasks = [];
    private long _lastNumber = -1;

    /// <summary>Tasks at work, and ended ones whose log is in memory only; in the order they started.</summary>
    public IReadOnlyList<RunningTask> Tasks
    {
        get
        {
            lock (_lock) return [.. _tasks];
        }
    }

    /// <summary>Starts work on a thread of its own.</summary>
    /// <param name="workerType">PBS's name of the kind of work.</param>
    /// <param name="workerId">What is worked on, in PBS's form; null for nothing in particular.</param>
    /// <param name="authId">Who starts it.</param>
    /// <param name="work">The work. What it throws ends the task with an error.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsArgumentException">Type or identity have characters that PBS refuses.</exception>
    public RunningTask Start(
        string workerType,
        string? workerId,
        Authid authId,
        Action<TaskContext> work,
        CancellationToken cancellation)
    {
        RunningTask task = Register(workerType, workerId, authId, cancellation);
        var thread = new Thread(() => RunToEnd(task, work)) { IsBackground = true, Name = workerType };
        thread.Start();
        return task;
    }

    /// <summary>The task of that name, if this session has it.</summary>
    public RunningTask? Find(Upid upid)
    {
        lock (_lock) return _tasks.Find(t => t.Upid == upid);
    }

    private RunningTask Register(string workerType, string? workerId, Authid authId, CancellationToken cancellation)
    {
        ProcessIdentity self = folder.Processes.Current;
        long start = folder.Now;
        TaskLog log = TaskLog.Create(
            folder,
            number => new Upid(
                folder.Node,
                self.Id,
                self.Start,
                number,
                start,
                workerType,
                workerId,
                authId.ToString()),
            () => (ulong)Interlocked.Increment(ref _lastNumber));
        var task = new RunningTask(folder, log, cancellation);
        task.Announce();
        lock (_lock) _tasks.Add(task);
        return task;
    }

    private void RunToEnd(RunningTask task, Action<TaskContext> work)
    {
        task.Run(work);
        lock (_lock)
        {
            if (task.LogInMemoryReason is null) _tasks.Remove(task);
            while (_tasks.Count(t => t.Completion.IsCompleted) > KeptInMemory)
            {
                _tasks.RemoveAt(_tasks.FindIndex(t => t.Completion.IsCompleted));
            }
        }
    }
}
