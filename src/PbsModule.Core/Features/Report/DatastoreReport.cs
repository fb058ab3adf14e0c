using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Features.WorkerTasks;

namespace PbsModule.Core.Features.Report;

/// <summary>
/// The report on a datastore: its usage over time, space, verification state, planned prunes and recent tasks.
/// </summary>
public sealed class DatastoreReport
{
    internal DatastoreReport(DatastoreStatus status, DateTimeOffset time) => (Status, Time) = (status, time);

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => Status.Datastore;

    /// <summary>Time of the report, UTC.</summary>
    public DateTimeOffset Time { get; }

    public DatastoreStatus Status { get; }

    /// <summary>The space usage; null if it could not be counted.</summary>
    public DatastoreSpaceInfo? Space { get; internal init; }

    /// <summary>The groups by stored size, the largest first.</summary>
    public IReadOnlyList<GroupSpaceInfo> Groups { get; internal init; } = [];

    /// <summary>The namespaces, in the order of listings.</summary>
    public IReadOnlyList<NamespaceSpaceInfo> Namespaces { get; internal init; } = [];

    /// <summary>Usage over a month and a year, as far as it was recorded.</summary>
    public IReadOnlyList<UsageHistory> History { get; internal init; } = [];

    /// <summary>The forecast; null if no server records statistics of the store.</summary>
    public DatastoreForecast? Forecast { get; internal init; }

    public VerifySummary Verification { get; internal init; } = new(0, 0, 0, 0, []);

    /// <summary>The result that each of the server's prune jobs for this store would have now.</summary>
    public IReadOnlyList<PruneSummary> PruneJobs { get; internal init; } = [];

    /// <summary>The latest tasks that the caller may see, the newest first.</summary>
    public IReadOnlyList<TaskInfo> Tasks { get; internal init; } = [];

    /// <summary>The problems that made parts of the report incomplete.</summary>
    public IReadOnlyList<string> Problems { get; internal init; } = [];
}

/// <summary>The used share of the space over time.</summary>
/// <param name="Timeframe">The statistics window.</param>
/// <param name="Points">Values by time; usage from 0 to 1, null if nothing was recorded.</param>
public sealed record UsageHistory(MetricTimeframe Timeframe, IReadOnlyList<UsagePoint> Points);

/// <summary>The verification state of a store.</summary>
/// <param name="Ok">Finished snapshots whose last verification succeeded.</param>
/// <param name="Failed">Finished snapshots whose last verification failed.</param>
/// <param name="Never">Finished snapshots that were never verified.</param>
/// <param name="Outdated">Successfully verified snapshots whose verification is more than 30 days old.</param>
/// <param name="Oldest">
/// Finished snapshots without a successful verification of the last 30 days, the oldest verification first; a snapshot
/// that was never verified or failed counts by its backup time.
/// </param>
public sealed record VerifySummary(int Ok, int Failed, int Never, int Outdated, IReadOnlyList<SnapshotInfo> Oldest);

/// <summary>The result that a prune job would have now.</summary>
/// <param name="Job">Name of the job.</param>
/// <param name="Options">Its keep options, in PBS's words.</param>
/// <param name="Keep">Number of snapshots it would keep.</param>
/// <param name="Remove">Number of snapshots it would remove.</param>
/// <param name="IsEnabled">Whether the server runs the job.</param>
public sealed record PruneSummary(string Job, string Options, int Keep, int Remove, bool IsEnabled);
