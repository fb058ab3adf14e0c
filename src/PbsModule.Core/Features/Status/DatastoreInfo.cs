using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Status;

/// <summary>
/// A datastore: registered in the connection, or opened by path. Its text is accepted by <c>-Datastore</c>.
/// </summary>
public sealed class DatastoreInfo : IDatastoreItem, IComparable<DatastoreInfo>, IComparable
{
    private readonly DatastoreContext _store;

    internal DatastoreInfo(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>The registered name; null for a folder that is not registered.</summary>
    public string? Name => _store.Name;

    /// <summary>Its folder; null if the caller may know only that the store exists.</summary>
    public string? Path { get; internal init; }

    /// <summary>Comment from the configuration; null if there is none or the caller may not see it.</summary>
    public string? Comment { get; internal init; }

    /// <summary>The raw property, <c>type=read-only,message=…</c>; null if the store is not in maintenance.</summary>
    public string? MaintenanceMode { get; internal init; }

    /// <summary>Whether privileges are evaluated for it.</summary>
    public DatastoreAccessControl AccessControl => _store.AccessControl;

    /// <summary><c>filesystem</c> or <c>s3</c>.</summary>
    public string Backend { get; internal init; } = "filesystem";

    /// <summary>
    /// The bucket and its server as in s3.cfg, <c>backups on s3.example.com</c>; null for a folder, and for callers who
    /// see only the name of the store.
    /// </summary>
    public string? Bucket { get; internal init; }

    /// <summary>True if its folder exists and is a datastore.</summary>
    public bool IsAvailable { get; internal init; }

    /// <summary>The reason why it is not available.</summary>
    public string? Problem { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public int CompareTo(DatastoreInfo? other) => other is null ? 1 : string.CompareOrdinal(Datastore, other.Datastore);

    int IComparable.CompareTo(object? obj) => CompareTo(obj as DatastoreInfo);

    public override string ToString() => Datastore;
}
