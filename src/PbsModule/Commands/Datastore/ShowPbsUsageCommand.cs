using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;
using PbsModule.Views;

namespace PbsModule.Commands;

/// <summary>Draws the usage of datastores over time, and the size of their groups, in the terminal.</summary>
[Cmdlet(VerbsCommon.Show, "PbsUsage")]
[OutputType(typeof(string))]
public sealed class ShowPbsUsageCommand : PbsDatastoreCmdlet
{
    /// <summary>The time window.</summary>
    [Parameter(Position = 1)]
    public MetricTimeframe Timeframe { get; set; } = DatastoreForecast.UsualTimeframe;

    /// <summary>Number of groups, the largest first; 0 for none, in which case space is not counted.</summary>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int Top { get; set; } = 12;

    /// <summary>Width of the drawing in columns; the terminal's by default.</summary>
    [Parameter]
    [ValidateRange(40, 1000)]
    public int Width { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        var canvas = TerminalCanvas.For(this, Given(nameof(Width)) ? Width : null);
        DatastoreStatus status = engine.Status.Get(store, Report, StopToken);
        foreach (string line in UsageDrawing.Head(status, canvas)) WriteObject(line);
        if (store.Name is not null) Attempt(null, () => DrawHistory(engine, store, canvas));
        if (Top > 0) Attempt(null, () => DrawGroups(engine, store, canvas));
    }

    private void DrawHistory(PbsEngine engine, DatastoreContext store, TerminalCanvas canvas)
    {
        var query = new MetricQuery { Timeframe = Timeframe };
        UsagePoint[] points = [.. engine.Metrics.GetUsage(store, query, Report)];
        foreach (string line in UsageDrawing.History(
            points,
            Timeframe,
            engine.Metrics.GetForecast(store, query, static _ => { }),
            TimeProvider.System.GetUtcNow(),
            canvas))
        {
            WriteObject(line);
        }
    }

    private void DrawGroups(PbsEngine engine, DatastoreContext store, TerminalCanvas canvas)
    {
        var work = new SpaceWork<DatastoreContext>();
        work.Add(engine, store, [store]);
        work.Run(this, Attempt, (_, _, _, onProgress) =>
        {
            GroupSpaceInfo[] groups = [.. engine.Space.MeasureGroups(store, null, null, Report, onProgress, StopToken)];
            foreach (string line in UsageDrawing.Groups(groups, Top, canvas)) WriteObject(line);
        });
    }
}
