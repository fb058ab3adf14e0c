using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Status;

/// <summary>A datastore found by a search. Its text is its full path.</summary>
public sealed class FoundDatastore : IDatastoreItem
{
    private readonly DatastoreContext _store;

    internal FoundDatastore(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Its folder.</summary>
    public string Path => _store.Path;

    /// <summary>
    /// The name under which the connection's configuration has it: by its folder, or for a removable datastore by the
    /// device and the path on it; null if it is not registered.
    /// </summary>
    public string? RegisteredName { get; internal init; }

    /// <summary>
    /// <c>filesystem</c>, or <c>s3</c> for the local cache of a bucket, which can only be listed and read. PBS's names.
    /// </summary>
    public string Backend { get; internal init; } = "filesystem";

    public int NamespaceCount { get; internal init; }

    /// <summary>Groups with at least one snapshot, over all namespaces.</summary>
    public int GroupCount { get; internal init; }

    public int SnapshotCount { get; internal init; }

    /// <summary>
    /// Time of the newest finished snapshot, UTC, or of the newest snapshot if none is finished; null for an empty
    /// store.
    /// </summary>
    public DateTimeOffset? NewestBackup { get; internal init; }

    /// <summary>Bytes in use on its file system; null if unknown.</summary>
    public long? Used { get; internal init; }

    /// <summary>Bytes of that file system.</summary>
    public long? Total { get; internal init; }

    /// <summary>The problem that occurred while counting.</summary>
    public string? Problem { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Path;
}
