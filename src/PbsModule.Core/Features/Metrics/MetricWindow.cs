using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Rrd;
using PbsModule.Core.Storage.Statistics;

namespace PbsModule.Core.Features.Metrics;

/// <summary>Values of a store's metrics in one time window.</summary>
/// <param name="Start">Start of the window, Unix seconds.</param>
/// <param name="Series">Values by metric, in PBS's order; all of one resolution.</param>
internal sealed record MetricWindow(ulong Start, IReadOnlyList<(string Metric, RrdSeries Series)> Series)
{
    /// <summary>
    /// PBS's metric names, in PBS's order. Those of S3 are recorded since 4.1.7, for stores in buckets.
    /// </summary>
    public static readonly IReadOnlyList<string> Metrics =
    [
        "total", "available", "used", "read_ios", "read_bytes", "write_ios", "write_bytes", "io_ticks",
        "s3/uploaded", "s3/downloaded", "s3/total/uploaded", "s3/total/downloaded",
        "s3/total/get", "s3/total/put", "s3/total/post", "s3/total/head", "s3/total/delete",
    ];

    /// <summary>Tolerated difference between the clocks of two machines, in seconds.</summary>
    private const double ClockTolerance = 60;

    /// <summary>The end of the year 9999, Unix seconds.</summary>
    private const double LastMoment = 253_402_300_799;

    public static MetricWindow Read(
        RrdFolder folder,
        string store,
        MetricQuery query,
        DateTimeOffset now,
        Action<ListingProblem> onProblem)
    {
        string[] metrics = [.. Metrics.Where(metric =>
            query.Metrics.Count == 0 || query.Metrics.Any(filter => filter.Matches(metric)))];
        IReadOnlyDictionary<string, RrdDatabase> databases =
            folder.Read([.. metrics.Select(metric => $"datastore/{store}/{metric}")], onProblem);
        ulong end = query.EndTime is { } wanted
            ? Seconds(wanted)
            : EndOf(databases.Values, store, query, Seconds(now), onProblem);
        ulong start = end > query.Span ? end - query.Span : 0;
        var series = new List<(string, RrdSeries)>();
        ulong? resolution = null;
        foreach (string metric in metrics)
        {
            if (!databases.TryGetValue($"datastore/{store}/{metric}", out RrdDatabase? database)) continue;
            try
            {
                RrdSeries found = database.Extract(query.ConsolidationFunction, query.Resolution, start, end);
                resolution ??= found.Resolution;
                if (found.Resolution != resolution)
                {
                    throw new PbsConflictException(
                        PbsErrorId.RrdResolutionMismatch,
                        $"got unexpected RRD resolution ({found.Resolution} != {resolution})",
                        metric);
                }

                series.Add((metric, found));
            }
            catch (PbsException e)
            {
                onProblem(new ListingProblem(e.ErrorId, e.Message, metric, ListingProblemKind.Error, e));
            }
        }

        foreach (NameFilter filter in query.Metrics.Where(filter =>
            filter.IsLiteral && !databases.ContainsKey($"datastore/{store}/{filter.Text}")))
        {
            var missing = new PbsNotFoundException(
                PbsErrorId.MetricNotFound,
                $"there is no metric '{filter}' of datastore '{store}'",
                filter.Text);
            onProblem(new ListingProblem(
                missing.ErrorId,
                missing.Message,
                filter.Text,
                ListingProblemKind.Error,
                missing));
        }

        return new MetricWindow(start, series);
    }

    /// <summary>
    /// Returns the end of the window: now, or the last value if the window would be empty, as for a server that no
    /// longer runs. A last value in the future means a wrong clock or a damaged file; this is reported, and only values
    /// up to now are returned.
    /// </summary>
    private static ulong EndOf(
        IEnumerable<RrdDatabase> databases,
        string store,
        MetricQuery query,
        ulong now,
        Action<ListingProblem> onProblem)
    {
        double last = databases.Select(database => database.LastUpdate).Where(time =>
            !double.IsNaN(time)).DefaultIfEmpty(0).Max();
        if (last <= now + ClockTolerance) return last > 0 && last + query.Span < now ? (ulong)last : now;
        string text = last <= LastMoment
            ? DateTimeOffset
                .FromUnixTimeSeconds((long)last)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : "a time no calendar has";
        onProblem(new ListingProblem(
            PbsErrorId.RrdTimeInFuture,
            $"the last value of datastore '{store}' is of {text}, which the clock here has not come to: the window "
                + "ends now",
            store,
            ListingProblemKind.Warning));
        return now;
    }

    private static ulong Seconds(DateTimeOffset time) => (ulong)Math.Max(0, time.ToUnixTimeSeconds());

    /// <summary>
    /// Returns the used share of the space where it is known: of used plus available, else of the total.
    /// </summary>
    public IEnumerable<(double Time, double Usage)> Usage() =>
        UsageOrNone().Where(point => point.Usage is not null).Select(point => (point.Time, point.Usage!.Value));

    /// <summary>Returns the same, including the times at which it is unknown.</summary>
    public IEnumerable<(double Time, double? Usage)> UsageOrNone()
    {
        double?[]? used = Values("used"), available = Values("available"), total = Values("total");
        if (used is null) yield break;
        RrdSeries series = Series[0].Series;
        for (int i = 0; i < used.Length; i++)
        {
            double? all = available is not null && i < available.Length && available[i] is { } free ? used[i] + free
                : total is not null && i < total.Length ? total[i] : null;
            double? usage = all is > 0 and < double.PositiveInfinity ? used[i] / all : null;
            yield return (series.Start + (i * (double)series.Resolution), usage is { } part && double.IsFinite(part)
                ? part
                : null);
        }
    }

    private double?[]? Values(string metric) => Series.FirstOrDefault(each => each.Metric == metric).Series?.Values;
}
