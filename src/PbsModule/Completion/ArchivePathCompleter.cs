using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Completion;

/// <summary>Completes paths in archives. Reads the archives themselves, without a catalog.</summary>
public sealed class ArchivePathCompleter : PathCompleter
{
    private protected override IEnumerable<(string Name, string Tip)> List(
        PbsEngine engine,
        ISnapshotItem place,
        CatalogQuery query,
        CancellationToken cancellation) =>
        engine.Archives.ListItems(place.Store, place.Snapshot, query, null, static _ => { }, cancellation)
            .Select(item => (item.Name, Describe(item.Type.ToString(), item.Size, item.LastWriteTime)));
}
