using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Features.WorkerTasks;

/// <summary>A worker task of a server. Its text is its UPID.</summary>
public sealed class TaskInfo
{
    private const string RunningText = "running";

    private readonly TaskState? _state;
    private readonly DateTimeOffset _now;

    internal TaskInfo(Connection connection, Upid id, TaskState? state, DateTimeOffset now)
    {
        Connection = connection;
        Id = id;
        _state = state;
        _now = now;
    }

    /// <summary>The task's UPID, as PBS prints it.</summary>
    public string Upid => Id.ToString();

    /// <summary>The host it runs or ran on.</summary>
    public string Node => Id.Node;

    /// <summary>
    /// PBS's name for the type of work: <c>backup</c>, <c>verificationjob</c>, <c>garbage_collection</c> …
    /// </summary>
    public string WorkerType => Id.WorkerType;

    /// <summary>A readable name of the type of work, <c>Garbage collection</c>.</summary>
    public string Description => Formats.Tasks.WorkerType.Describe(Id.WorkerType);

    /// <summary>The object of the work, <c>store1:vm/100</c>; null if there is none.</summary>
    public string? WorkerId => Id.WorkerId;

    /// <summary>The user or token that started it.</summary>
    public string AuthId => Id.AuthId;

    /// <summary>Start time, UTC.</summary>
    public DateTimeOffset StartTime => Moment(Id.StartTime);

    /// <summary>End time, UTC; null while it runs.</summary>
    public DateTimeOffset? EndTime => _state is { } state ? Moment(state.EndTime) : null;

    /// <summary>
    /// <c>running</c>, or the outcome in PBS's words: <c>OK</c>, <c>WARNINGS: n</c>, the error, <c>unknown</c>.
    /// </summary>
    public string Status => _state is { } state ? state.Text : RunningText;

    /// <summary>The outcome; null while the task runs.</summary>
    public TaskStateKind? Outcome => _state?.Kind;

    public bool Running => _state is null;

    /// <summary>Time from start to end, or to now while the task runs.</summary>
    public TimeSpan Duration
    {
        get
        {
            TimeSpan length = (EndTime ?? _now) - StartTime;
            return length < TimeSpan.Zero ? TimeSpan.Zero : length;
        }
    }

    /// <summary>ID of its process.</summary>
    public int Pid => Id.Pid;

    /// <summary>The reason why the outcome is unknown; null if it is known or the task still runs.</summary>
    public string? Problem => _state is { Kind: TaskStateKind.Unknown }
        ? $"process {Pid} is gone and the task's log does not tell how it ended: it was killed, or the machine went "
            + "down"
        : null;

    /// <summary>The connection through which it was found.</summary>
    internal Connection Connection { get; }

    internal Upid Id { get; }

    public override string ToString() => Upid;

    /// <summary>Task lists may hold any number, also times beyond the calendar.</summary>
    private static DateTimeOffset Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, Formats.Names.BackupTime.MaxSeconds));
}
