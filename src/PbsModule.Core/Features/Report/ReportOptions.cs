using PbsModule.Core.Features.Metrics;

namespace PbsModule.Core.Features.Report;

/// <summary>Options for the report on a datastore.</summary>
public sealed record ReportOptions
{
    /// <summary>The statistics window that the forecast is computed from.</summary>
    public MetricTimeframe Timeframe { get; init; } = DatastoreForecast.UsualTimeframe;

    /// <summary>Maximum number of tasks.</summary>
    public int TaskCount { get; init; } = 20;

    /// <summary>Maximum number of snapshots in the list of those not verified for the longest time.</summary>
    public int UnverifiedCount { get; init; } = 15;

    /// <summary>Memory for chunk data, in bytes; null for 1 GiB.</summary>
    public long? MemoryLimit { get; init; }
}
