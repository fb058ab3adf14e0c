using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Measures the space usage of snapshots, each by itself or all together.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(SnapshotSpaceInfo), typeof(SnapshotSetSpaceInfo))]
public sealed class MeasurePbsSnapshotCommand : PbsSnapshotCmdlet
{
    private readonly SpaceWork<SnapshotPath> _work = new();

    /// <summary>
    /// Whether to count the snapshots of a datastore together: the space that removing all of them would free.
    /// </summary>
    [Parameter]
    public SwitchParameter AsSet { get; set; }

    /// <inheritdoc cref="MeasurePbsDatastoreCommand.MemoryLimit"/>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = 1L << 30;

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection) =>
        _work.Add(engine, store, Paths(engine, store, selection));

    protected override void End() => _work.Run(this, Attempt, (engine, store, snapshots, onProgress) =>
    {
        if (AsSet)
        {
            WriteObject(engine.Space.MeasureSnapshotSet(store, snapshots, MemoryLimit, Report, onProgress, StopToken));
        }
        else WriteAll(engine.Space.MeasureSnapshots(store, snapshots, MemoryLimit, Report, onProgress, StopToken));
    });
}
