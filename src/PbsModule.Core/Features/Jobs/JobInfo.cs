using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Jobs;

/// <summary>
/// A scheduled job of a server with its last and its next run. Its text is its id. Source: PBS GET /admin/verify,
/// prune, sync, gc.
/// </summary>
public sealed class JobInfo
{
    private readonly JobRun _run;
    private readonly DateTimeOffset _now;

    internal JobInfo(JobType type, string id, JobRun run, DateTimeOffset now)
    {
        JobType = type;
        Job = id;
        _run = run;
        _now = now;
    }

    /// <summary>The job's id; the name of the datastore for its garbage collection.</summary>
    public string Job { get; }

    public JobType JobType { get; }

    /// <summary>The datastore that the job works on; for a pushing job the one that it reads.</summary>
    public required string Datastore { get; init; }

    /// <summary>The namespace that the job starts at; empty for the root namespace.</summary>
    public string Namespace { get; internal init; } = "";

    /// <summary>Levels of namespaces below; null for all of them.</summary>
    public int? MaxDepth { get; internal init; }

    /// <summary>The calendar event, <c>mon..fri 2:30</c>; null for a job that is only started by hand.</summary>
    public string? Schedule { get; internal init; }

    /// <summary>Whether the job is scheduled. Only prune jobs can be disabled.</summary>
    public bool Enabled { get; internal init; } = true;

    /// <summary>
    /// The next run, UTC; null if there is none. A time that has passed means that the job is due, or that the server
    /// is not running.
    /// </summary>
    public DateTimeOffset? NextRun { get; internal init; }

    /// <summary>The state of the last run.</summary>
    public JobRunState State => this switch
    {
        { Upid: null } => JobRunState.Never,
        { _run.State: null } => JobRunState.Running,
        { _run.State.Kind: TaskStateKind.Ok } => JobRunState.Ok,
        { _run.State.Kind: TaskStateKind.Warning } => JobRunState.Warning,
        { _run.State.Kind: TaskStateKind.Error } => JobRunState.Error,
        _ => JobRunState.Unknown,
    };

    /// <summary>
    /// The state in PBS's words: <c>OK</c>, <c>WARNINGS: n</c>, the error, <c>unknown</c>; <c>running</c>; null if the
    /// job has not run.
    /// </summary>
    public string? Status => _run.Upid is null ? null : _run.State is { } state ? state.Text : "running";

    /// <summary>Start of the last run, UTC; null if the job has not run.</summary>
    public DateTimeOffset? LastRun => _run.Upid is { } upid ? Moment(upid.StartTime) : null;

    /// <summary>End of the last run, UTC; null while it runs, or if the job has not run.</summary>
    public DateTimeOffset? LastRunEnd => _run.State is { } state ? Moment(state.EndTime) : null;

    /// <summary>Time from start to end of the last run, or to now while it runs; null if the job has not run.</summary>
    public TimeSpan? Duration
    {
        get
        {
            if (LastRun is not { } start) return null;
            TimeSpan length = (LastRunEnd ?? _now) - start;
            return length < TimeSpan.Zero ? TimeSpan.Zero : length;
        }
    }

    /// <summary>The task of the last run; null if the job has not run.</summary>
    public string? Upid => _run.Upid?.ToString();

    /// <summary><c>pull</c> or <c>push</c> for a synchronization job; null for others.</summary>
    public string? Direction { get; internal init; }

    /// <summary>The remote of a synchronization job; null for others, and between datastores of one server.</summary>
    public string? Remote { get; internal init; }

    /// <summary>The datastore at the other end of a synchronization job; null for others.</summary>
    public string? RemoteStore { get; internal init; }

    /// <summary>The namespace at the other end of a synchronization job; null for others.</summary>
    public string? RemoteNamespace { get; internal init; }

    /// <summary>The owner of groups that a synchronization job writes; null for others, and for root@pam.</summary>
    public string? Owner { get; internal init; }

    /// <summary>The retention of a prune job, <c>--keep-last 3 --keep-daily 7</c>; null for others.</summary>
    public string? Keep { get; internal init; }

    /// <summary>All other settings of the job, <c>worker-threads 4</c>, also those of newer releases.</summary>
    public NameList Settings { get; internal init; } = new([]);

    public string? Comment { get; internal init; }

    public override string ToString() => Job;

    /// <summary>States may hold any number, also times beyond the calendar.</summary>
    private static DateTimeOffset Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, Formats.Names.BackupTime.MaxSeconds));
}
