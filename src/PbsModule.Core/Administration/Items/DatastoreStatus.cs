namespace PbsModule.Core.Administration;

/// <summary>State of a datastore. Source: pbs-api-types DataStoreStatus.</summary>
public sealed class DatastoreStatus : IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal DatastoreStatus(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Bytes of the file system; null when the caller may not see sizes.</summary>
    public long? Total { get; internal init; }

    /// <summary>Bytes in use on the file system.</summary>
    public long? Used { get; internal init; }

    /// <summary>Bytes an ordinary account can still write.</summary>
    public long? Available { get; internal init; }

    public DatastoreCounts? Counts { get; internal init; }

    /// <summary>Null when none has finished yet, or the caller may not see it.</summary>
    public GarbageCollectionStatus? LastGarbageCollection { get; internal init; }

    /// <inheritdoc cref="DatastoreInfo.MaintenanceMode"/>
    public string? MaintenanceMode { get; internal init; }

    /// <summary>Null without a server's run directory, or when the caller may not see it.</summary>
    public ActiveOperations? ActiveOperations { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;
}

/// <summary>Groups with at least one snapshot, and snapshots, of one type over all namespaces.</summary>
public sealed record TypeCount(int Groups, int Snapshots)
{
    public override string ToString() => $"{Groups} groups, {Snapshots} snapshots";
}

/// <summary>Counts for each type; null where there are none.</summary>
public sealed record DatastoreCounts(TypeCount? Ct, TypeCount? Host, TypeCount? Vm)
{
    public int Groups => (Ct?.Groups ?? 0) + (Host?.Groups ?? 0) + (Vm?.Groups ?? 0);

    public int Snapshots => (Ct?.Snapshots ?? 0) + (Host?.Snapshots ?? 0) + (Vm?.Snapshots ?? 0);

    public override string ToString() => $"{Groups} groups, {Snapshots} snapshots";
}

/// <summary>Operations that servers on this host have open on a store.</summary>
public sealed record ActiveOperations(long Read, long Write)
{
    public override string ToString() => $"{Read} read, {Write} write";
}
