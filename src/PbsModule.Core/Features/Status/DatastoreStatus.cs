using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Status;

/// <summary>The state of a datastore. Source: pbs-api-types DataStoreStatus.</summary>
public sealed class DatastoreStatus : IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal DatastoreStatus(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Size of the file system in bytes; null if the caller may not see sizes.</summary>
    public long? Total { get; internal init; }

    /// <summary>Bytes in use on the file system.</summary>
    public long? Used { get; internal init; }

    /// <summary>Bytes that an unprivileged account can still write.</summary>
    public long? Available { get; internal init; }

    public DatastoreCounts? Counts { get; internal init; }

    /// <summary>The last garbage collection; null if none has finished yet, or the caller may not see it.</summary>
    public GarbageCollectionStatus? LastGarbageCollection { get; internal init; }

    /// <inheritdoc cref="DatastoreInfo.MaintenanceMode"/>
    public string? MaintenanceMode { get; internal init; }

    /// <summary>Running operations; null without a server's run directory, or if the caller may not see them.</summary>
    public ActiveOperations? ActiveOperations { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;
}

/// <summary>Number of groups with at least one snapshot, and of snapshots, of one type over all namespaces.</summary>
public sealed record TypeCount(int Groups, int Snapshots)
{
    public override string ToString() => $"{Groups} groups, {Snapshots} snapshots";
}

/// <summary>Counts for each type; null for a type without any.</summary>
public sealed record DatastoreCounts(TypeCount? Ct, TypeCount? Host, TypeCount? Vm)
{
    public int Groups => (Ct?.Groups ?? 0) + (Host?.Groups ?? 0) + (Vm?.Groups ?? 0);

    public int Snapshots => (Ct?.Snapshots ?? 0) + (Host?.Snapshots ?? 0) + (Vm?.Snapshots ?? 0);

    public override string ToString() => $"{Groups} groups, {Snapshots} snapshots";
}

/// <summary>Number of operations that servers on this host have open on a store.</summary>
public sealed record ActiveOperations(long Read, long Write)
{
    public override string ToString() => $"{Read} read, {Write} write";
}
