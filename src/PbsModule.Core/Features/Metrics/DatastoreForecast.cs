using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Metrics;

/// <summary>A forecast of the time at which a datastore will be full, from a window of its statistics.</summary>
public sealed class DatastoreForecast : IDatastoreItem
{
    /// <summary>The default window of a forecast.</summary>
    public const MetricTimeframe UsualTimeframe = MetricTimeframe.Month;

    private readonly DatastoreContext _store;

    internal DatastoreForecast(DatastoreContext store, MetricTimeframe timeframe)
    {
        _store = store;
        Timeframe = timeframe;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    public MetricTimeframe Timeframe { get; }

    /// <summary>Number of values that the forecast is computed from.</summary>
    public int PointCount { get; internal init; }

    /// <summary>Time of the first of these values, UTC.</summary>
    public DateTimeOffset? From { get; internal init; }

    /// <summary>Time of the last of these values, UTC.</summary>
    public DateTimeOffset? Until { get; internal init; }

    /// <summary>The used share of the space at <see cref="Until"/> on the fitted line, 0 to 1.</summary>
    public double? Usage { get; internal init; }

    /// <summary>Change of <see cref="Usage"/> a day on the fitted line; negative if usage falls.</summary>
    public double? UsagePerDay { get; internal init; }

    /// <summary>The time at which the line reaches 1, UTC; null if the values do not support that.</summary>
    public DateTimeOffset? FullTime { get; internal init; }

    /// <summary>Start of the 95 % interval for <see cref="FullTime"/>, UTC.</summary>
    public DateTimeOffset? EarliestFullTime { get; internal init; }

    /// <summary>End of the 95 % interval for <see cref="FullTime"/>, UTC; null if it has no end.</summary>
    public DateTimeOffset? LatestFullTime { get; internal init; }

    /// <summary>The reason why <see cref="FullTime"/> is null.</summary>
    public string? Reason { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() =>
        FullTime is { } full ? full.ToString("u", System.Globalization.CultureInfo.InvariantCulture) : Reason ?? "";
}
