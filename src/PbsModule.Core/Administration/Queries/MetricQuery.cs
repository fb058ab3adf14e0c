using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>The windows of time that PBS keeps statistics of.</summary>
public enum MetricTimeframe
{
    /// <summary>Minutes.</summary>
    Hour,

    /// <summary>Minutes.</summary>
    Day,

    /// <summary>Half hours.</summary>
    Week,

    /// <summary>Half hours.</summary>
    Month,

    /// <summary>Six hours.</summary>
    Year,

    /// <summary>Weeks.</summary>
    Decade,
}

/// <summary>Which of a store's metrics to read.</summary>
public sealed record MetricQuery
{
    /// <summary>Names as PBS calls them: <c>used</c>; an empty list does not filter.</summary>
    public IReadOnlyList<NameFilter> Metrics { get; init; } = [];

    public MetricTimeframe Timeframe { get; init; } = MetricTimeframe.Day;

    public ConsolidationFunction ConsolidationFunction { get; init; } = ConsolidationFunction.Average;

    /// <summary>Where the window ends; null for now, or the last value where that is older than the window.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Seconds of the window.</summary>
    internal ulong Span => Timeframe switch
    {
        MetricTimeframe.Hour => 3600,
        MetricTimeframe.Day => 24 * 3600,
        MetricTimeframe.Week => 7 * 24 * 3600,
        MetricTimeframe.Month => 30 * 24 * 3600,
        MetricTimeframe.Year => 365 * 24 * 3600,
        _ => 10 * 366 * 24 * 3600UL,
    };

    /// <summary>Seconds from value to value that PBS asks for.</summary>
    internal ulong Resolution => Timeframe switch
    {
        MetricTimeframe.Hour or MetricTimeframe.Day => 60,
        MetricTimeframe.Week or MetricTimeframe.Month => 1800,
        MetricTimeframe.Year => 6 * 3600,
        _ => 7 * 24 * 3600,
    };
}
