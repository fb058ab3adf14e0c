using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Lists files and directories of snapshots, out of their catalogs.</summary>
[Cmdlet(VerbsCommon.Get, "PbsCatalogItem", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(CatalogItemInfo))]
public sealed class GetPbsCatalogItemCommand : PbsKeyCmdlet
{
    private bool _isTyped;

    /// <summary>Paths in the archives; wildcards allowed in what is typed.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("Path"), SupportsWildcards]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string[]? ItemPath { get; set; }

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

    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _isTyped = Given(nameof(ItemPath));
    }

    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        // The Path of an object that has no Archive is where something else lies.
        string[] paths = _isTyped || Archive is not null ? ItemPath ?? [] : [];
        var query = new CatalogQuery
        {
            Archives = NameFilters.From(Archive),
            Paths = [.. paths.Select(path => NameFilters.Path(path, _isTyped, caseSensitive: false))],
            Depth = Given(nameof(Depth)) ? Depth : Recurse ? int.MaxValue : 0,
        };
        int read = 0;
        Dictionary<string, (ListingProblem Problem, int Snapshots)> missing = [];
        foreach (SnapshotPath snapshot in Paths(session, store, selection))
        {
            if (Attempt(snapshot.ToString(), () => WriteAll(session.GetCatalogItems(store, snapshot, query, Key, Missing, StopToken)))) read++;
        }

        // What one of several snapshots has is not missing.
        foreach ((ListingProblem problem, int snapshots) in missing.Values)
        {
            if (snapshots == read) Report(problem);
        }

        void Missing(ListingProblem problem) => missing[problem.Target] = (problem, missing.GetValueOrDefault(problem.Target).Snapshots + 1);
    }
}
