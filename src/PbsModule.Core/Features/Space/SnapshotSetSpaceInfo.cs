using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>
/// The space usage of several snapshots of a store together: the space that removing all of them would free.
/// </summary>
public sealed class SnapshotSetSpaceInfo : SpaceUsage, IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal SnapshotSetSpaceInfo(DatastoreContext store, int snapshots, in SpaceNumbers numbers, string? problem)
        : base(numbers)
    {
        _store = store;
        SnapshotCount = snapshots;
        Problem = problem;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    public int SnapshotCount { get; }

    /// <inheritdoc cref="SnapshotSpaceInfo.Problem"/>
    public string? Problem { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => $"{SnapshotCount} snapshots of {Datastore}";
}
