using PbsModule.Core.Datastores;

namespace PbsModule.Core.Features.Metrics;

/// <summary>Makes a forecast of a store's usage.</summary>
internal static class Forecast
{
    private const int LongestYears = 100;
    private const double SecondsPerDay = 24 * 3600;

    /// <param name="store">The store.</param>
    /// <param name="timeframe">The statistics window.</param>
    /// <param name="points">Unix seconds and usage, in ascending order of time.</param>
    public static DatastoreForecast From(
        DatastoreContext store,
        MetricTimeframe timeframe,
        IReadOnlyList<(double Time, double Usage)> points)
    {
        if (points.Count < UsageLine.FewestPoints)
        {
            return new DatastoreForecast(store, timeframe)
            {
                PointCount = points.Count,
                Reason =
                    $"there are {points.Count} values of its usage in that time, and it takes {UsageLine.FewestPoints}",
            };
        }

        var line = new UsageLine(points);
        double until = points[^1].Time;
        string? reason = WhyNot(line, until);
        (double earliest, double latest) = reason is null ? line.FullRange() : default;
        return new DatastoreForecast(store, timeframe)
        {
            PointCount = points.Count,
            From = Moment(points[0].Time),
            Until = Moment(until),
            Usage = line.At(until),
            UsagePerDay = line.Slope * SecondsPerDay,
            FullTime = reason is null ? Moment(line.FullTime) : null,

            // The store was not full at the last value, so the earliest time cannot be before it.
            EarliestFullTime = reason is null ? Moment(Math.Max(earliest, until)) : null,
            LatestFullTime = reason is null ? Moment(latest) : null,
            Reason = reason,
        };
    }

    private static string? WhyNot(UsageLine line, double until) =>
        line.At(until) >= 1 ? "it is full"
        : !line.IsRising ? (line.Slope < 0 ? "its usage is not rising" : "its usage does not rise more than it varies")
        : line.FullTime > until + (LongestYears * 365.25 * SecondsPerDay)
            ? $"it rises so slowly that it would take more than {LongestYears} years"
            : null;

    /// <summary>Converts Unix seconds; null for times outside the calendar.</summary>
    private static DateTimeOffset? Moment(double seconds) =>
        seconds is > 0 and < 250_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;
}
