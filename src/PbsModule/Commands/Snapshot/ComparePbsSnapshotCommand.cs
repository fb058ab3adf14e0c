using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Compare;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Shows the differences between two snapshots: files, or ranges of images.</summary>
[Cmdlet(VerbsData.Compare, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(SnapshotDifferenceInfo))]
public sealed class ComparePbsSnapshotCommand : PbsKeyCmdlet
{
    private bool _hasCompared;
    private string? _first;

    /// <summary>
    /// The reference snapshot, in the same datastore; by default the previous finished one of the group.
    /// </summary>
    [Parameter(ParameterSetName = FilterSet)]
    [Parameter(ParameterSetName = GroupSet, Position = 2)]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2)]
    [SnapshotTransformation]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotReference? ReferenceSnapshot { get; set; }

    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string[]? Archive { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        int compared = 0;
        Dictionary<string, (ListingProblem Problem, int Snapshots)> missing = [];
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                if (Compare(engine, store, snapshot, Note)) compared++;
            });
        }

        // An archive that one of several snapshots has is not missing.
        foreach ((ListingProblem problem, int snapshots) in missing.Values)
        {
            if (snapshots == compared) Report(problem);
        }

        void Note(ListingProblem problem)
        {
            if (Archive?.Contains(problem.Target) != true) Report(problem);
            else missing[problem.Target] = (problem, missing.GetValueOrDefault(problem.Target).Snapshots + 1);
        }
    }

    protected override void End()
    {
        // Without any output the result would look like no difference.
        if (!_hasCompared && _first is not null) WriteWarning(_first);
    }

    private bool Compare(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        Action<ListingProblem> onProblem)
    {
        SnapshotPath? reference =
            ReferenceSnapshot?.PathIn(store, snapshot.Namespace) ?? engine.Comparison.FindPrevious(store, snapshot);
        if (reference is null)
        {
            string first = $"snapshot '{snapshot}' is the first of its group: there is none to compare it with";
            WriteVerbose(first);
            _first ??= first;
            return false;
        }

        _hasCompared = true;
        WriteAll(engine.Comparison.Compare(
            store,
            reference.Value,
            snapshot,
            NameFilters.From(Archive),
            Key,
            onProblem,
            StopToken));
        return true;
    }
}
