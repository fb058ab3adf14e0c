using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Jobs;

/// <summary>The types of scheduled jobs.</summary>
public enum JobType
{
    /// <summary>A verification job.</summary>
    Verify,

    /// <summary>A prune job.</summary>
    Prune,

    /// <summary>A synchronization job, in either direction.</summary>
    Sync,

    /// <summary>The garbage collection of a datastore, which has a schedule but no job of its own.</summary>
    GarbageCollection,
}

/// <summary>The state of a job's last run.</summary>
public enum JobRunState
{
    /// <summary>The job has not run, or nothing is known of a run.</summary>
    Never,

    /// <summary>The job is running.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Ok,

    /// <summary>It ended with warnings.</summary>
    Warning,

    /// <summary>It failed.</summary>
    Error,

    /// <summary>Its end is unknown: the process was killed, or the machine stopped.</summary>
    Unknown,
}

/// <summary>The selection of jobs. Empty lists select all.</summary>
public sealed record JobQuery
{
    /// <summary>Ids of jobs; the name of its datastore for a garbage collection.</summary>
    public IReadOnlyList<NameFilter> Ids { get; init; } = [];

    /// <summary>Datastores that the jobs work on, or read from.</summary>
    public IReadOnlyList<NameFilter> Stores { get; init; } = [];

    public IReadOnlyList<JobType> Types { get; init; } = [];

    public IReadOnlyList<JobRunState> States { get; init; } = [];

    /// <summary>The time zone of schedules; null for the server's.</summary>
    public TimeZoneInfo? Zone { get; init; }
}
