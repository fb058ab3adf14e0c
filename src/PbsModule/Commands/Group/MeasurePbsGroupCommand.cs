using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Measures the space usage of groups.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsGroup", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(GroupSpaceInfo))]
public sealed class MeasurePbsGroupCommand : PbsGroupCmdlet
{
    private readonly SpaceWork<(BackupNamespace, GroupPath)> _work = new();

    /// <inheritdoc cref="MeasurePbsDatastoreCommand.MemoryLimit"/>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = 1L << 30;

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection) =>
        _work.Add(engine, store, GroupPaths(engine, store, selection));

    protected override void End() => _work.Run(this, Attempt, (engine, store, groups, onProgress) =>
        WriteAll(engine.Space.MeasureGroups(store, groups, MemoryLimit, Report, onProgress, StopToken)));
}
