using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>The names of a store's metrics, in PBS's order.</summary>
    public static IReadOnlyList<string> MetricNames => MetricWindow.Metrics;

    /// <summary>
    /// What a server has recorded of a store, by time and then by metric; values that are only in the journal included.
    /// A metric that was never recorded is left out, one that cannot be read is reported and the others answered.
    /// Source: PBS GET rrd.
    /// </summary>
    /// <param name="store">A registered store.</param>
    /// <param name="query">Which metrics, and of which time.</param>
    /// <param name="onProblem">Told of damaged files and lines, and of metrics that have no values of that
    /// kind.</param>
    /// <exception cref="PbsPermissionException">It takes Datastore.Audit or Datastore.Backup on the store.</exception>
    /// <exception cref="PbsArgumentException">The store is not registered, so no server records statistics of
    /// it.</exception>
    /// <exception cref="PbsException">The store cannot be entered.</exception>
    public IEnumerable<DatastoreMetricInfo> GetDatastoreMetrics(
        DatastoreContext store,
        MetricQuery query,
        Action<ListingProblem> onProblem)
    {
        MetricWindow window = ReadMetrics(store, query, onProblem);
        return Points(store, window);
    }

    /// <summary>When a store will be full, going on as in a window. Says why where the values do not tell.</summary>
    /// <exception cref="PbsException">As for <see cref="GetDatastoreMetrics"/>.</exception>
    public DatastoreForecast GetDatastoreForecast(
        DatastoreContext store,
        MetricQuery query,
        Action<ListingProblem> onProblem)
    {
        MetricWindow window = ReadMetrics(store, query with { Metrics = [] }, onProblem);
        return Forecast.From(store, query.Timeframe, [.. window.Usage()]);
    }

    /// <summary>The part of a store's space that was in use, by time.</summary>
    /// <exception cref="PbsException">As for <see cref="GetDatastoreMetrics"/>.</exception>
    public IEnumerable<UsagePoint> GetUsage(
        DatastoreContext store,
        MetricQuery query,
        Action<ListingProblem> onProblem) =>
        ReadMetrics(store, query with
        {
            Metrics = [],
        },
        onProblem).UsageOrNone().Select(point =>
            new UsagePoint(DateTimeOffset.FromUnixTimeSeconds((long)point.Time), point.Usage));

    private MetricWindow ReadMetrics(DatastoreContext store, MetricQuery query, Action<ListingProblem> onProblem)
    {
        if (store.Name is null || store.Connection.Options is not { } options)
        {
            throw new PbsArgumentException(
                PbsErrorId.StatisticsUnavailable,
                $"no server records statistics of {PathText.Quote(store.Path)}: it is not registered in a connection",
                store.Text)
            {
                RecommendedAction = "Run Connect-PbsServer and name the datastore as it is registered; -StateRoot "
                    + "takes a rescued copy of /var/lib/proxmox-backup.",
            };
        }

        _gate.Enter(Entries.ReadMetrics, store, BackupNamespace.Root);
        var folder = new RrdFolder(Path.Combine(options.StateRoot, "rrdb"), _engine.Folders);
        return MetricWindow.Read(folder, store.Name, query, _taskFolder.Time.GetUtcNow(), onProblem);
    }

    private static IEnumerable<DatastoreMetricInfo> Points(DatastoreContext store, MetricWindow window)
    {
        int count = window.Series.Select(each => each.Series.Values.Length).DefaultIfEmpty(0).Max();
        for (int i = 0; i < count; i++)
        {
            foreach ((string metric, RrdSeries series) in window.Series)
            {
                if (i >= series.Values.Length) continue;
                var time = DateTimeOffset.FromUnixTimeSeconds((long)(series.Start + ((ulong)i * series.Resolution)));
                yield return new DatastoreMetricInfo(
                    store,
                    time,
                    metric,
                    series.Values[i],
                    TimeSpan.FromSeconds(series.Resolution));
            }
        }
    }
}
