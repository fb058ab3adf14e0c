using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Lists files and directories of archives with all their metadata.</summary>
[Cmdlet(VerbsCommon.Get, "PbsArchiveItem", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ArchiveItemInfo))]
public sealed class GetPbsArchiveItemCommand : PbsArchiveCmdlet
{
    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; wildcards allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("FileName"), SupportsWildcards]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string[]? Archive { get; set; }

    /// <summary>Also everything below.</summary>
    [Parameter]
    public override SwitchParameter Recurse { get; set; }

    /// <summary>How many levels below.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public override int Depth { get; set; }

    private protected override bool RecursesNamespaces => false;

    private protected override int? NamespaceDepth => null;

    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        var query = new CatalogQuery
        {
            Archives = NameFilters.From(Archive),
            Paths = PathsOf(Archive is not null),
            Depth = Given(nameof(Depth)) ? Depth : Recurse ? int.MaxValue : 0,
        };
        int read = 0;
        Dictionary<string, (ListingProblem Problem, int Snapshots)> missing = [];
        foreach (SnapshotPath snapshot in Paths(session, store, selection))
        {
            if (Attempt(snapshot.ToString(), () => WriteAll(session.GetArchiveItems(store, snapshot, query, Key, Note, StopToken)))) read++;
        }

        // What one of several snapshots has is not missing.
        foreach ((ListingProblem problem, int snapshots) in missing.Values)
        {
            if (snapshots == read) Report(problem);
        }

        void Note(ListingProblem problem)
        {
            if (problem.ErrorId != PbsErrorId.ArchivePathNotFound) Report(problem);
            else missing[problem.Target] = (problem, missing.GetValueOrDefault(problem.Target).Snapshots + 1);
        }
    }
}
