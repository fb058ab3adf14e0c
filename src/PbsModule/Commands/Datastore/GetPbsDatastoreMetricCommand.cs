using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Formats.Rrd;

namespace PbsModule.Commands;

/// <summary>Shows a server's recorded metrics of datastores, or forecasts when they will be full.</summary>
[Cmdlet(VerbsCommon.Get, "PbsDatastoreMetric", DefaultParameterSetName = PointSet)]
[OutputType(typeof(DatastoreMetricInfo), ParameterSetName = [PointSet])]
[OutputType(typeof(DatastoreForecast), ParameterSetName = [ForecastSet])]
public sealed class GetPbsDatastoreMetricCommand : PbsDatastoreCmdlet
{
    private const string PointSet = "Point";
    private const string ForecastSet = "Forecast";

    /// <summary>Metrics, wildcards allowed; all by default.</summary>
    [Parameter(ParameterSetName = PointSet, Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MetricCompleter))]
    public string[]? Metric { get; set; }

    /// <summary>The time window; a day by default, for a forecast a month.</summary>
    [Parameter]
    public MetricTimeframe Timeframe { get; set; } = MetricTimeframe.Day;

    /// <summary>The function that combines values of one interval.</summary>
    [Parameter(ParameterSetName = PointSet)]
    public ConsolidationFunction ConsolidationFunction { get; set; }

    /// <summary>End of the window; now by default, or the last value of a server that no longer runs.</summary>
    [Parameter]
    [TimeTransformation]
    public DateTimeOffset EndTime { get; set; }

    /// <summary>Whether to write a forecast of when the datastore will be full.</summary>
    [Parameter(ParameterSetName = ForecastSet, Mandatory = true, HelpMessage = "Say when the datastore will be full.")]
    public SwitchParameter Forecast { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        var query = new MetricQuery
        {
            Metrics = NameFilters.From(Metric is null ? null : [.. Metric.Select(name => name.ToLowerInvariant())]),
            Timeframe = Forecast && !Given(nameof(Timeframe)) ? DatastoreForecast.UsualTimeframe : Timeframe,
            ConsolidationFunction = ConsolidationFunction,
            EndTime = Given(nameof(EndTime)) ? EndTime : null,
        };
        if (Forecast) WriteObject(engine.Metrics.GetForecast(store, query, Report));
        else WriteAll(engine.Metrics.List(store, query, Report));
    }
}
