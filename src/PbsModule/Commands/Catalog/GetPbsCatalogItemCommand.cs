using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Lists entries of snapshots from their catalogs.</summary>
[Cmdlet(VerbsCommon.Get, "PbsCatalogItem", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(CatalogItemInfo))]
public sealed class GetPbsCatalogItemCommand : PbsItemListCmdlet
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("Path"), ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public override string[]? ItemPath { get; set; }

    private protected override IEnumerable<object> List(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        Action<ListingProblem> onProblem) =>
        engine.Catalogs.ListItems(store, snapshot, query, Key, onProblem, StopToken);
}
