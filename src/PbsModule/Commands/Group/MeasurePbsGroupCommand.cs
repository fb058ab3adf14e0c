using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

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

    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection) =>
        _work.Add(session, store, GroupPaths(session, store, selection));

    protected override void EndProcessing() => _work.Run(this, Attempt, (session, store, groups, onProgress) =>
        WriteAll(session.MeasureGroups(store, groups, MemoryLimit, Report, onProgress, StopToken)));
}
