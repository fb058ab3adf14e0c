using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>The space usage of a datastore.</summary>
public sealed class DatastoreSpaceInfo : SpaceUsage, IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal DatastoreSpaceInfo(DatastoreContext store, SpaceAccount account)
        : base(account.Count.Total)
    {
        _store = store;
        NamespaceCount = account.Namespaces.Count;
        GroupCount = account.Snapshots.DistinctBy(snapshot => snapshot.Group.Number).Count();
        SnapshotCount = account.Snapshots.Count;
        StrayIndexCount = account.Strays.Count;
        (UnreferencedSize, UnreferencedChunkCount) = account.Unreferenced;
        (BadSize, BadChunkCount) = account.Bad;
        DamagedSnapshotCount =
            Enumerable.Range(0, account.Snapshots.Count).Count(snapshot => account.DamageOf(snapshot) is not null);
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Number of namespaces, including the root.</summary>
    public int NamespaceCount { get; }

    /// <summary>Groups with snapshots, including those that listings hide because their owner cannot be read.</summary>
    public int GroupCount { get; }

    /// <summary>Snapshots, finished or not.</summary>
    public int SnapshotCount { get; }

    /// <summary>Index files outside snapshots. Garbage collection keeps their chunks too.</summary>
    public int StrayIndexCount { get; }

    /// <summary>Bytes of chunks that no index references: garbage, or parts of running backups.</summary>
    public long UnreferencedSize { get; }

    public long UnreferencedChunkCount { get; }

    /// <summary>Bytes of chunks that a verification renamed as bad.</summary>
    public long BadSize { get; }

    public long BadChunkCount { get; }

    /// <summary>Snapshots with an unreadable index; chunks that it references may count as unreferenced.</summary>
    public int DamagedSnapshotCount { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;
}
