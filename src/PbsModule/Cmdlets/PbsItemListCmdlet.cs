using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that list the content of file archives in the selected snapshots.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsItemListCmdlet : PbsArchiveCmdlet
{
    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; wildcards allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("FileName"), SupportsWildcards]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string[]? Archive { get; set; }

    /// <summary>Whether to include everything below.</summary>
    [Parameter]
    public override SwitchParameter Recurse { get; set; }

    /// <summary>Number of levels below.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public override int Depth { get; set; }

    private protected override bool RecursesNamespaces(string[]? namespaces) => false;

    private protected override int? NamespaceDepth => null;

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        var query = new CatalogQuery
        {
            Archives = NameFilters.From(Archive),
            Paths = PathsOf(Archive is not null),
            Depth = Given(nameof(Depth)) ? Depth : Recurse ? int.MaxValue : 0,
        };
        int read = 0;
        Dictionary<string, (ListingProblem Problem, int Snapshots)> missing = [];
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            if (Attempt(snapshot.ToString(), () => WriteAll(List(engine, store, snapshot, query, Note)))) read++;
        }

        // An entry that one of several snapshots has is not missing.
        foreach ((ListingProblem problem, int snapshots) in missing.Values)
        {
            if (snapshots == read) Report(problem);
        }

        void Note(ListingProblem problem)
        {
            if (problem.ErrorId is not (PbsErrorId.ArchivePathNotFound or PbsErrorId.CatalogPathNotFound))
            {
                Report(problem);
            }
            else missing[problem.Target] = (problem, missing.GetValueOrDefault(problem.Target).Snapshots + 1);
        }
    }

    /// <summary>Lists the entries of one snapshot.</summary>
    private protected abstract IEnumerable<object> List(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        Action<ListingProblem> onProblem);
}
