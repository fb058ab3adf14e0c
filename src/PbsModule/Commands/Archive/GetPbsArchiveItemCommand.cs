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
        PbsSession session,
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        Action<ListingProblem> onProblem) =>
        session.GetArchiveItems(store, snapshot, query, Key, onProblem, StopToken);
}
