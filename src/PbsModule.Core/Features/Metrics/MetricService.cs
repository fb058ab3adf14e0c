using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Rrd;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Statistics;

namespace PbsModule.Core.Features.Metrics;

/// <summary>Reads a datastore's metrics and forecasts its usage.</summary>
public sealed class MetricService
{
    private readonly ServiceScope _scope;

    internal MetricService(ServiceScope scope) => _scope = scope;

    /// <summary>Names of a store's metrics, in PBS's order.</summary>
    public static IReadOnlyList<string> MetricNames => MetricWindow.Metrics;

    /// <summary>
    /// Returns a server's recorded metrics of a store, by time and then by metric, including values that are only in
    /// the journal. A metric that was never recorded is left out; one that cannot be read is reported and the others
    /// are returned. Source: PBS GET rrd.
    /// </summary>
    /// <param name="store">A registered store.</param>
    /// <param name="query">Selects the metrics and the time window.</param>
    /// <param name="onProblem">Receives damaged files and lines, and metrics without values at this resolution.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller lacks both Datastore.Audit and Datastore.Backup on the store.
    /// </exception>
    /// <exception cref="PbsArgumentException">The store is not registered, so no server records statistics of
    /// it.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public IEnumerable<DatastoreMetricInfo> List(
        DatastoreContext store,
        MetricQuery query,
        Action<ListingProblem> onProblem)
    {
        MetricWindow window = ReadMetrics(store, query, onProblem);
        return Points(store, window);
    }

    /// <summary>
    /// Forecasts when a store will be full if usage develops as in a window. Gives the reason if the values do not
    /// support a forecast.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="List"/>.</exception>
    public DatastoreForecast GetForecast(
        DatastoreContext store,
        MetricQuery query,
        Action<ListingProblem> onProblem)
    {
        MetricWindow window = ReadMetrics(store, query with { Metrics = [] }, onProblem);
        return Forecast.From(store, query.Timeframe, [.. window.Usage()]);
    }

    /// <summary>Returns the used share of a store's space, by time.</summary>
    /// <exception cref="PbsException">As for <see cref="List"/>.</exception>
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

        _scope.Gate.Enter(Entries.ReadMetrics, store, BackupNamespace.Root);
        var folder = new RrdFolder(Path.Combine(options.StateRoot, "rrdb"), _scope.Engine.Folders);
        return MetricWindow.Read(folder, store.Name, query, _scope.Tasks.Time.GetUtcNow(), onProblem);
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
