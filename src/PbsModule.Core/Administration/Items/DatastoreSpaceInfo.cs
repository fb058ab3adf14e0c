using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>What a datastore is filled with.</summary>
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

    /// <summary>The root included.</summary>
    public int NamespaceCount { get; }

    /// <summary>Groups with snapshots, also those that listings hide because their owner cannot be read.</summary>
    public int GroupCount { get; }

    /// <summary>Snapshots, finished or not.</summary>
    public int SnapshotCount { get; }

    /// <summary>
    /// Index files that lie elsewhere than in a snapshot, to whose chunks garbage collection keeps, too.
    /// </summary>
    public int StrayIndexCount { get; }

    /// <summary>Chunks on disk that no index references; garbage, or of backups that are just being written.</summary>
    public long UnreferencedSize { get; }

    public long UnreferencedChunkCount { get; }

    /// <summary>Chunks that verification has set aside as bad.</summary>
    public long BadSize { get; }

    public long BadChunkCount { get; }

    /// <summary>
    /// Snapshots with an index that could not be read; what they reference may count as unreferenced.
    /// </summary>
    public int DamagedSnapshotCount { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;
}
