using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

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

    /// <summary>The task's name, as PBS prints it.</summary>
    public string Upid => Id.ToString();

    /// <summary>The host it runs or ran on.</summary>
    public string Node => Id.Node;

    /// <summary>
    /// PBS's name of the kind of work: <c>backup</c>, <c>verificationjob</c>, <c>garbage_collection</c> …
    /// </summary>
    public string WorkerType => Id.WorkerType;

    /// <summary>What is worked on, <c>store1:vm/100</c>; null where there is nothing to tell.</summary>
    public string? WorkerId => Id.WorkerId;

    /// <summary>Who started it.</summary>
    public string AuthId => Id.AuthId;

    /// <summary>UTC.</summary>
    public DateTimeOffset StartTime => Moment(Id.StartTime);

    /// <summary>UTC; null while it runs.</summary>
    public DateTimeOffset? EndTime => _state is { } state ? Moment(state.EndTime) : null;

    /// <summary>
    /// <c>running</c>, or how it ended in PBS's words: <c>OK</c>, <c>WARNINGS: n</c>, the error, <c>unknown</c>.
    /// </summary>
    public string Status => _state is { } state ? state.Text : RunningText;

    /// <summary>How it ended; null while it runs.</summary>
    public TaskStateKind? Outcome => _state?.Kind;

    public bool Running => _state is null;

    /// <summary>From start to end, or up to now.</summary>
    public TimeSpan Duration
    {
        get
        {
            TimeSpan length = (EndTime ?? _now) - StartTime;
            return length < TimeSpan.Zero ? TimeSpan.Zero : length;
        }
    }

    /// <summary>Number of its process.</summary>
    public int Pid => Id.Pid;

    /// <summary>Why its end is not known; null where there is nothing to say.</summary>
    public string? Problem => _state is { Kind: TaskStateKind.Unknown }
        ? $"process {Pid} is gone and the task's log does not tell how it ended: it was killed, or the machine went down"
        : null;

    /// <summary>Through which it was found.</summary>
    internal Connection Connection { get; }

    internal Upid Id { get; }

    public override string ToString() => Upid;

    /// <summary>Lists may hold any number.</summary>
    private static DateTimeOffset Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, Formats.BackupTime.MaxSeconds));
}
