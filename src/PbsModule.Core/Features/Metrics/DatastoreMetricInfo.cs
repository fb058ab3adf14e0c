using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Metrics;

/// <summary>One value of a datastore's statistics. Source: PBS GET rrd.</summary>
public sealed class DatastoreMetricInfo : IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal DatastoreMetricInfo(
        DatastoreContext store,
        DateTimeOffset time,
        string metric,
        double? value,
        TimeSpan resolution)
    {
        _store = store;
        Time = time;
        Metric = metric;
        Value = value;
        Resolution = resolution;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>
    /// The time of the value, UTC. The value applies to the interval of length <see cref="Resolution"/> that contains
    /// this time.
    /// </summary>
    public DateTimeOffset Time { get; }

    /// <summary>
    /// PBS's name: <c>total</c>, <c>used</c>, <c>available</c> in bytes; <c>read_ios</c>, <c>write_ios</c>,
    /// <c>read_bytes</c>, <c>write_bytes</c> a second; <c>io_ticks</c>, the share of time in which the disk was busy.
    /// </summary>
    public string Metric { get; }

    /// <summary>The value; null if nothing was recorded.</summary>
    public double? Value { get; }

    public TimeSpan Resolution { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() =>
        $"{Metric} {Value?.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
