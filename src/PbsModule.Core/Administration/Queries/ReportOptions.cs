namespace PbsModule.Core.Administration;

/// <summary>What a report tells of a datastore.</summary>
public sealed record ReportOptions
{
    /// <summary>The window the forecast stands on.</summary>
    public MetricTimeframe Timeframe { get; init; } = DatastoreForecast.UsualTimeframe;

    /// <summary>Tasks at most.</summary>
    public int TaskCount { get; init; } = 20;

    /// <summary>Snapshots at most among those that were not verified for longest.</summary>
    public int UnverifiedCount { get; init; } = 15;

    /// <summary>Bytes of memory for what is remembered of chunks; null for 1 GiB.</summary>
    public long? MemoryLimit { get; init; }
}
