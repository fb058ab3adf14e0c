using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Lists entries of archives with all their metadata.</summary>
[Cmdlet(VerbsCommon.Get, "PbsArchiveItem", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ArchiveItemInfo))]
public sealed class GetPbsArchiveItemCommand : PbsItemListCmdlet
{
    private protected override IEnumerable<object> List(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        Action<ListingProblem> onProblem) =>
        engine.Archives.ListItems(store, snapshot, query, Key, onProblem, StopToken);
}
