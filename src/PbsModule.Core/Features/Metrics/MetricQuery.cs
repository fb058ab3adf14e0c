using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Rrd;

namespace PbsModule.Core.Features.Metrics;

/// <summary>The time windows for which PBS keeps statistics.</summary>
public enum MetricTimeframe
{
    /// <summary>One value a minute.</summary>
    Hour,

    /// <summary>One value a minute.</summary>
    Day,

    /// <summary>One value every 30 minutes.</summary>
    Week,

    /// <summary>One value every 30 minutes.</summary>
    Month,

    /// <summary>One value every 6 hours.</summary>
    Year,

    /// <summary>One value a week.</summary>
    Decade,
}

/// <summary>Selects metrics of a datastore.</summary>
public sealed record MetricQuery
{
    /// <summary>PBS's metric names, such as <c>used</c>; an empty list does not filter.</summary>
    public IReadOnlyList<NameFilter> Metrics { get; init; } = [];

    public MetricTimeframe Timeframe { get; init; } = MetricTimeframe.Day;

    public ConsolidationFunction ConsolidationFunction { get; init; } = ConsolidationFunction.Average;

    /// <summary>
    /// End of the window; null for now, or for the last recorded value if that is older than the window.
    /// </summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Length of the window, in seconds.</summary>
    internal ulong Span => Timeframe switch
    {
        MetricTimeframe.Hour => 3600,
        MetricTimeframe.Day => 24 * 3600,
        MetricTimeframe.Week => 7 * 24 * 3600,
        MetricTimeframe.Month => 30 * 24 * 3600,
        MetricTimeframe.Year => 365 * 24 * 3600,
        _ => 10 * 366 * 24 * 3600UL,
    };

    /// <summary>Interval between values, in seconds, as PBS requests it.</summary>
    internal ulong Resolution => Timeframe switch
    {
        MetricTimeframe.Hour or MetricTimeframe.Day => 60,
        MetricTimeframe.Week or MetricTimeframe.Month => 1800,
        MetricTimeframe.Year => 6 * 3600,
        _ => 7 * 24 * 3600,
    };
}
