using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Report;
using PbsModule.Presentation;

namespace PbsModule.Commands;

/// <summary>Writes a report about datastores as one self-contained HTML page.</summary>
[Cmdlet(VerbsData.Export, "PbsReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPbsReportCommand : PbsDatastoreCmdlet
{
    private readonly List<DatastoreReport> _reports = [];
    private readonly List<UnopenedDatastore> _unopened = [];
    private bool _isRefused;
    private bool _isAgreed;

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The file to write, like report.html.")]
    [Alias("Path")]
    public string? Destination { get; set; }

    /// <summary>The statistics window that the forecast is computed from.</summary>
    [Parameter]
    public MetricTimeframe Timeframe { get; set; } = DatastoreForecast.UsualTimeframe;

    /// <inheritdoc cref="MeasurePbsDatastoreCommand.MemoryLimit"/>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = 1L << 30;

    /// <summary>Whether to write the file's object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whether to replace an existing file.</summary>
    [Parameter, Alias("Overwrite")]
    public SwitchParameter Force { get; set; }

    protected override void Begin()
    {
        // Checked before hours are spent on a report that could not be written.
        _isRefused = !Attempt(Destination, () =>
        {
            Engine.Output.DemandOutside(FileSystemPath(Destination!));
            ReportFile.DemandWritable(FileSystemPath(Destination!), Force);
        });
    }

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        if (_isRefused) return;
        engine.Output.DemandOutside(FileSystemPath(Destination!));
        if (!ShouldProcess(Destination, $"Write a report about datastore '{store.Text}'")) return;
        _isAgreed = true;
        var work = new SpaceWork<DatastoreContext>();
        work.Add(engine, store, [store]);
        work.Run(this, (_, piece) => Attempt(store.Text, piece), (_, _, _, onProgress) =>
            _reports.Add(engine.Report.Create(store, new ReportOptions
            {
                Timeframe = Timeframe,
                MemoryLimit = MemoryLimit,
            }, onProgress, StopToken)));
    }

    protected override void End()
    {
        if (!_isAgreed) return;
        Attempt(Destination, () =>
        {
            FileInfo file =
                ReportFile.Write(FileSystemPath(Destination!), ReportPage.Format(_reports, _unopened), Force);
            if (PassThru) WriteObject(file);
        });
    }

    private protected override void OnFailed(object? target, Exception error)
    {
        if (ReferenceEquals(target, Destination)) return;
        string store = target?.ToString() ?? (error as PbsException)?.Target ?? "";
        _unopened.Add(new UnopenedDatastore(store, error.Message, TimeProvider.System.GetUtcNow()));
    }
}
