using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Completion;

/// <summary>Completes paths in archives. Reads the catalogs of the snapshots.</summary>
public sealed class ItemPathCompleter : PathCompleter
{
    private protected override IEnumerable<(string Name, string Tip)> List(
        PbsEngine engine,
        ISnapshotItem place,
        CatalogQuery query,
        CancellationToken cancellation) =>
        engine.Catalogs.ListItems(place.Store, place.Snapshot, query, null, static _ => { }, cancellation)
            .Select(item => (item.Name, Describe(item.Type.ToString(), item.Size, item.LastWriteTime)));
}
