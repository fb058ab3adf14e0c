namespace PbsModule.Core.Administration;

/// <summary>
/// A datastore at one moment: its usage over time, what it is filled with, how well it is verified, what a prune would
/// do, what was done.
/// </summary>
public sealed class DatastoreReport
{
    internal DatastoreReport(DatastoreStatus status, DateTimeOffset time) => (Status, Time) = (status, time);

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => Status.Datastore;

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset Time { get; }

    public DatastoreStatus Status { get; }

    /// <summary>Null where it could not be counted.</summary>
    public DatastoreSpaceInfo? Space { get; internal init; }

    /// <summary>By what they store, the largest first.</summary>
    public IReadOnlyList<GroupSpaceInfo> Groups { get; internal init; } = [];

    /// <summary>In the order of listings.</summary>
    public IReadOnlyList<NamespaceSpaceInfo> Namespaces { get; internal init; } = [];

    /// <summary>Usage over a month and a year, as far as it was recorded.</summary>
    public IReadOnlyList<UsageHistory> History { get; internal init; } = [];

    /// <summary>Null where no server records statistics of the store.</summary>
    public DatastoreForecast? Forecast { get; internal init; }

    public VerifySummary Verification { get; internal init; } = new(0, 0, 0, 0, []);

    /// <summary>Of each prune job of the server for this store what it would do now.</summary>
    public IReadOnlyList<PruneSummary> PruneJobs { get; internal init; } = [];

    /// <summary>The last ones, the newest first, as far as the caller may see them.</summary>
    public IReadOnlyList<TaskInfo> Tasks { get; internal init; } = [];

    /// <summary>What could not be told.</summary>
    public IReadOnlyList<string> Problems { get; internal init; } = [];
}

/// <summary>The part of the space that was in use.</summary>
/// <param name="Timeframe">The window.</param>
/// <param name="Points">By time; usage from 0 to 1, null where nothing was recorded.</param>
public sealed record UsageHistory(MetricTimeframe Timeframe, IReadOnlyList<UsagePoint> Points);

/// <summary>A moment of a history.</summary>
public readonly record struct UsagePoint(DateTimeOffset Time, double? Usage);

/// <summary>How well a store is verified.</summary>
/// <param name="Ok">Finished snapshots that were found to be whole.</param>
/// <param name="Failed">Those that were not.</param>
/// <param name="Never">Those that were never verified.</param>
/// <param name="Outdated">Of those that were whole, the ones verified more than 30 days ago.</param>
/// <param name="Oldest">Of the finished ones those that are not known to be whole for longest: never verified, or so
/// long ago.</param>
public sealed record VerifySummary(int Ok, int Failed, int Never, int Outdated, IReadOnlyList<SnapshotInfo> Oldest);

/// <summary>What a prune job would do now.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Options">What it keeps, in PBS's words.</param>
/// <param name="Keep">Snapshots it would keep.</param>
/// <param name="Remove">Snapshots it would remove.</param>
/// <param name="IsEnabled">Whether the server runs it.</param>
public sealed record PruneSummary(string Job, string Options, int Keep, int Remove, bool IsEnabled);
