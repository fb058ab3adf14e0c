using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

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
