namespace PbsModule.Core.Administration;

/// <summary>A datastore that a search came across. Its text is its full path.</summary>
public sealed class FoundDatastore : IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal FoundDatastore(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Its folder.</summary>
    public string Path => _store.Path;

    public int NamespaceCount { get; internal init; }

    /// <summary>Groups with at least one snapshot, over all namespaces.</summary>
    public int GroupCount { get; internal init; }

    public int SnapshotCount { get; internal init; }

    /// <summary>The newest finished snapshot of all, UTC; else the newest; null in an empty store.</summary>
    public DateTimeOffset? NewestBackup { get; internal init; }

    /// <summary>Bytes in use on the file system it lies on; null where that cannot be told.</summary>
    public long? Used { get; internal init; }

    /// <summary>Bytes of that file system.</summary>
    public long? Total { get; internal init; }

    /// <summary>What could not be read while counting.</summary>
    public string? Problem { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Path;
}
