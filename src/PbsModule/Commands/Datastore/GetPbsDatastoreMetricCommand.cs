using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Shows what a server has recorded of datastores over time, or when they will be full.</summary>
[Cmdlet(VerbsCommon.Get, "PbsDatastoreMetric", DefaultParameterSetName = PointSet)]
[OutputType(typeof(DatastoreMetricInfo), ParameterSetName = [PointSet])]
[OutputType(typeof(DatastoreForecast), ParameterSetName = [ForecastSet])]
public sealed class GetPbsDatastoreMetricCommand : PbsDatastoreCmdlet
{
    private const string PointSet = "Point";
    private const string ForecastSet = "Forecast";

    /// <summary>Metrics, wildcards allowed; all where it is left out.</summary>
    [Parameter(ParameterSetName = PointSet, Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MetricCompleter))]
    public string[]? Metric { get; set; }

    /// <summary>How far to look back; where it is left out a day, for a forecast a month.</summary>
    [Parameter]
    public MetricTimeframe Timeframe { get; set; } = MetricTimeframe.Day;

    /// <summary>What becomes of the values that fall together.</summary>
    [Parameter(ParameterSetName = PointSet)]
    public ConsolidationFunction ConsolidationFunction { get; set; }

    /// <summary>Where the time ends; now where it is left out, or the last value of a server that is no more.</summary>
    [Parameter]
    [TimeTransformation]
    public DateTimeOffset EndTime { get; set; }

    /// <summary>Writes when the datastore will be full if it goes on like this.</summary>
    [Parameter(ParameterSetName = ForecastSet, Mandatory = true, HelpMessage = "Say when the datastore will be full.")]
    public SwitchParameter Forecast { get; set; }

    protected override void Process(PbsSession session, DatastoreContext store)
    {
        var query = new MetricQuery
        {
            Metrics = NameFilters.From(Metric is null ? null : [.. Metric.Select(name => name.ToLowerInvariant())]),
            Timeframe = Forecast && !Given(nameof(Timeframe)) ? DatastoreForecast.UsualTimeframe : Timeframe,
            ConsolidationFunction = ConsolidationFunction,
            EndTime = Given(nameof(EndTime)) ? EndTime : null,
        };
        if (Forecast) WriteObject(session.GetDatastoreForecast(store, query, Report));
        else WriteAll(session.GetDatastoreMetrics(store, query, Report));
    }
}
