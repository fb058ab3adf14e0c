namespace PbsModule.Core.Administration;

/// <summary>When a datastore will be full if it goes on as in a window of its statistics.</summary>
public sealed class DatastoreForecast : IDatastoreItem
{
    /// <summary>The window of a forecast where none is named, wherever it is made.</summary>
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

    /// <summary>The values it stands on.</summary>
    public int PointCount { get; internal init; }

    /// <summary>First of these values, UTC.</summary>
    public DateTimeOffset? From { get; internal init; }

    /// <summary>Last of these values, UTC.</summary>
    public DateTimeOffset? Until { get; internal init; }

    /// <summary>The part of the space that is in use by the line at <see cref="Until"/>, 0 to 1.</summary>
    public double? Usage { get; internal init; }

    /// <summary>What the line adds to <see cref="Usage"/> in a day; negative where the store is emptying.</summary>
    public double? UsagePerDay { get; internal init; }

    /// <summary>When the line comes to 1, UTC; null where the values do not say that it does.</summary>
    public DateTimeOffset? FullTime { get; internal init; }

    /// <summary>The beginning of the time in which that is to be expected, at 95 %.</summary>
    public DateTimeOffset? EarliestFullTime { get; internal init; }

    /// <summary>The end of it; null where the values allow any.</summary>
    public DateTimeOffset? LatestFullTime { get; internal init; }

    /// <summary>Why there is no <see cref="FullTime"/>.</summary>
    public string? Reason { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() =>
        FullTime is { } full ? full.ToString("u", System.Globalization.CultureInfo.InvariantCulture) : Reason ?? "";
}
