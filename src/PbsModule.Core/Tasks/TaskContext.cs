using System.Threading.Channels;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// What a worker has at hand: its log, its way to tell results and progress, and the wish that it stop.
/// </summary>
/// <remarks>
/// Messages and results wait while nobody takes them, so that memory stays bounded; once the task is to stop they are
/// no longer told, only logged. Safe on any number of threads.
/// </remarks>
public sealed class TaskContext
{
    private readonly TaskLog _log;
    private readonly string _warningPrefix;
    private readonly ChannelWriter<TaskEvent> _events;
    private long _warnings;
    private volatile bool _isHeard = true;

    internal TaskContext(
        TaskLog log,
        string warningPrefix,
        ChannelWriter<TaskEvent> events,
        CancellationToken cancellation)
    {
        _log = log;
        _warningPrefix = warningPrefix;
        _events = events;
        Cancellation = cancellation;
    }

    /// <summary>The task's name.</summary>
    public Upid Upid => _log.Upid;

    /// <summary>
    /// Set when the task is to stop. Work throws <see cref="OperationCanceledException"/> soon after.
    /// </summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Warnings so far.</summary>
    public long Warnings => Interlocked.Read(ref _warnings);

    /// <summary>Logs a line.</summary>
    public void Log(string message) => Write(TaskLogLevel.Information, message, message, null);

    /// <summary>Logs a warning and counts it.</summary>
    /// <param name="message">The text, without prefix.</param>
    /// <param name="cause">The failure behind it, for who shows it as an error record.</param>
    public void Warn(string message, PbsException? cause = null)
    {
        Interlocked.Increment(ref _warnings);
        Write(TaskLogLevel.Warning, _warningPrefix + message, message, cause);
    }

    /// <summary>Hands out a result.</summary>
    public void Emit(object item) => Tell(new TaskItemEvent(item));

    /// <summary>Says how far the work is. Cheap: what nobody takes in time is dropped.</summary>
    public void Report(TaskProgress progress)
    {
        if (_isHeard) _events.TryWrite(new TaskProgressEvent(progress));
    }

    /// <summary>Nobody listens any more: from now on everything is only logged.</summary>
    internal void Deafen() => _isHeard = false;

    private void Write(TaskLogLevel level, string logged, string message, PbsException? cause) =>
        Tell(new TaskMessageEvent(_log.Write(logged), level, message, cause));

    private void Tell(TaskEvent what)
    {
        while (_isHeard && !_events.TryWrite(what))
        {
            try
            {
                if (!_events.WaitToWriteAsync(Cancellation).AsTask().GetAwaiter().GetResult()) return;
            }
            catch (OperationCanceledException)
            {
                // Who stops a task need not listen to it any more.
                return;
            }
        }
    }
}
