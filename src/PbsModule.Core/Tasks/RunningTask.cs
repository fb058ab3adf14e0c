using System.Threading.Channels;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>A worker task of this session: at work on a thread of its own, or ended.</summary>
public sealed class RunningTask : IDisposable
{
    private const int EventsAhead = 1024;
    private const int LongestError = 4096;
    private const string Aborted = "abort requested - aborting task";

    private static readonly TimeSpan StopPoll = TimeSpan.FromMilliseconds(500);

    // Far below what anybody notices, and enough for dozens of events.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(2);

    private readonly TaskFolder _folder;
    private readonly TaskLog _log;
    private readonly TaskContext _context;
    private readonly Channel<TaskEvent> _events =
        Channel.CreateBounded<TaskEvent>(new BoundedChannelOptions(EventsAhead)
        {
            SingleReader = true,
        });
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource<TaskState> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopLock = new();
    private FileLock? _stopAnswer;
    private bool _isStopLogged;

    internal RunningTask(TaskFolder folder, TaskLog log, CancellationToken cancellation)
    {
        _folder = folder;
        _log = log;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _context = new TaskContext(log, folder.WarningPrefix, _events.Writer, _stop.Token);
    }

    /// <summary>The task's name.</summary>
    public Upid Upid => _log.Upid;

    /// <summary>
    /// What it tells, in order; completed when it ends. Somebody must take them, or call <see cref="StopListening"/>: a
    /// task whose results nobody takes waits.
    /// </summary>
    public ChannelReader<TaskEvent> Events => _events.Reader;

    /// <summary>How it ended. Never faults: a failure is a state.</summary>
    public Task<TaskState> Completion => _completion.Task;

    /// <summary>
    /// What the work threw, where it did not end well; null else. Set before <see cref="Completion"/>.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Why the log, or the end of it, is kept in memory only; null where it is a server's task log.</summary>
    public string? LogInMemoryReason => _log.WhyInMemory;

    /// <summary>True for a task that is in no list of the server, because it has no log file.</summary>
    internal bool IsUnlisted => _log.Path is null;

    /// <summary>The lines of the log that are in no file.</summary>
    public IReadOnlyList<string> LogInMemory => _log.Kept();

    /// <summary>Asks the task to stop and returns at once. It ends with an error, as PBS's do.</summary>
    public void Stop()
    {
        try
        {
            if (Completion.IsCompleted) return;
            LogStop();
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended just now.
        }
    }

    /// <summary>The next of <see cref="Events"/>, waited for; null when the task has ended. For one thread.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public TaskEvent? Next(CancellationToken cancellation)
    {
        if (Events.TryRead(out TaskEvent? news)) return news;

        // Who waits at once is woken for each event, and to wake somebody costs more than most events do.
        if (!Events.Completion.IsCompleted) Thread.Sleep(Gathering);
        while (!Events.TryRead(out news))
        {
            if (!Events.WaitToReadAsync(cancellation).AsTask().GetAwaiter().GetResult()) return null;
        }

        return news;
    }

    /// <summary>Lets the task go on without anybody taking its events.</summary>
    public void StopListening()
    {
        _context.Deafen();
        while (_events.Reader.TryRead(out _)) { }
    }

    /// <summary>Stops the task if it is still at work and waits for its end.</summary>
    public void Dispose()
    {
        StopListening();
        Stop();
        _completion.Task.Wait();
    }

    /// <summary>Does the work on the calling thread, to the last entry in the lists.</summary>
    internal void Run(Action<TaskContext> work)
    {
        TaskState state;
        using (CancellationTokenRegistration stopped = _stop.Token.Register(LogStop))
        {
            ITimer? poll = PollForStopRequests();
            state = Work(work);

            // Not before a look for requests that is under way has ended: an answer it takes must be given back below.
            poll?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        try
        {
            state = Finish(state);
        }
        finally
        {
            _log.Dispose();
            _stopAnswer?.Dispose();
            _stop.Dispose();
            _events.Writer.TryComplete();
            _completion.SetResult(state);
        }
    }

    /// <summary>Enters the task in the server's list of active tasks.</summary>
    internal void Announce() => UpdateLists(started: Upid, finished: null);

    private TaskState Work(Action<TaskContext> work)
    {
        try
        {
            work(_context);
            long warnings = _context.Warnings;
            return warnings == 0
                ? new TaskState(TaskStateKind.Ok, 0)
                : new TaskState(TaskStateKind.Warning, 0, (ulong)warnings);
        }
        catch (OperationCanceledException e) when (_stop.IsCancellationRequested)
        {
            LogStop();
            Failure = e;
            return new TaskState(TaskStateKind.Error, 0, Message: Aborted);
        }
#pragma warning disable CA1031 // Whatever the work throws is the end of the task, not of the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
            return new TaskState(TaskStateKind.Error, 0, Message: ErrorText(e.Message));
        }
    }

    /// <summary>Writes the last line, whose time is the end of the task, and brings the lists up to date.</summary>
    private TaskState Finish(TaskState state)
    {
        DateTimeOffset end;
        lock (_stopLock)
        {
            // Who asks for a stop from now on has come too late; his request must not stand behind the last line.
            _isStopLogged = true;
            end = _log.Write(TaskLogText.ResultMessage(state), isLast: true);
        }

        state = state with { EndTime = end.ToUnixTimeSeconds() };

        // What the log has not got, the lists would not find there.
        UpdateLists(started: null, finished: Upid, LogInMemoryReason is null ? null : state);
        return state;
    }

    private void UpdateLists(Upid? started, Upid? finished, TaskState? state = null)
    {
        if (_log.Path is null) return;
        try
        {
            new TaskUpdate(_folder).Run(started, finished, CancellationToken.None, state);
        }
        catch (PbsException e)
        {
            // The work is worth more than its entry in a list; the next update finds what this one left.
            _events.Writer.TryWrite(new TaskMessageEvent(
                _folder.Time.GetLocalNow(),
                TaskLogLevel.Warning,
                e.Message,
                null));
        }
    }

    private ITimer? PollForStopRequests() => _log.Running is not { } running ? null
        : _folder.Time.CreateTimer(_ =>
        {
            try
            {
                if (_stop.IsCancellationRequested || !TaskLogLock.IsStopRequested(running)) return;
                _stopAnswer ??= TaskLogLock.Answer(running.Path);
                Stop();
            }
            catch (Exception e) when (e is OsErrorException or ObjectDisposedException)
            {
                // The task has just ended.
            }
        }, null, StopPoll, StopPoll);

    /// <summary>Once, and done when this returns: the last line must come after it.</summary>
    private void LogStop()
    {
        lock (_stopLock)
        {
            if (!_isStopLogged) _log.Write("received abort request ...");
            _isStopLogged = true;
        }
    }

    /// <summary>
    /// An error message as PBS can read it back: one line that is short enough for it to find the time in front, and
    /// that means nothing but an error.
    /// </summary>
    internal static string ErrorText(string message)
    {
        string line = message.ReplaceLineEndings(" ").Trim();
        if (line.Length > LongestError) line = line[..LongestError] + " ...";
        bool isError = TaskState.TryParse(line, 0, out TaskState read, out _)
            && read.Kind == TaskStateKind.Error
            && read.Message == line;
        return isError ? line : $"task failed: {line}";
    }
}
