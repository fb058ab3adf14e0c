using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Shows what differs from one snapshot to another: files, or ranges of images.</summary>
[Cmdlet(VerbsData.Compare, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(SnapshotDifferenceInfo))]
public sealed class ComparePbsSnapshotCommand : PbsKeyCmdlet
{
    /// <summary>The snapshot to compare with, in the same datastore; the finished one before in the group where it is left out.</summary>
    [Parameter(Position = 2)]
    [SnapshotTransformation]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotReference? ReferenceSnapshot { get; set; }

    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string[]? Archive { get; set; }

    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(session, store, selection))
        {
            Attempt(snapshot.ToString(), () => Compare(session, store, snapshot));
        }
    }

    private void Compare(PbsSession session, DatastoreContext store, SnapshotPath snapshot)
    {
        SnapshotPath? reference = ReferenceSnapshot?.PathIn(store, snapshot.Namespace) ?? session.GetPreviousSnapshot(store, snapshot);
        if (reference is null)
        {
            WriteVerbose($"snapshot '{snapshot}' is the first of its group: there is none to compare it with");
            return;
        }

        WriteAll(session.CompareSnapshots(store, reference.Value, snapshot, NameFilters.From(Archive), Key, Report, StopToken));
    }
}
