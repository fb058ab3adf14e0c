namespace PbsModule.Core.Administration;

/// <summary>
/// A datastore: registered in the connection, or a folder that was named. Its text is what <c>-Datastore</c> takes
/// back.
/// </summary>
public sealed class DatastoreInfo : IDatastoreItem, IComparable<DatastoreInfo>, IComparable
{
    private readonly DatastoreContext _store;

    internal DatastoreInfo(DatastoreContext store) => _store = store;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>The name it is registered under, null for a folder that is not.</summary>
    public string? Name => _store.Name;

    /// <summary>Its folder; null when the caller may only know that the store exists.</summary>
    public string? Path { get; internal init; }

    /// <summary>From the configuration; null where there is none or the caller may not see it.</summary>
    public string? Comment { get; internal init; }

    /// <summary>
    /// The raw property, <c>type=read-only,message=…</c>; null when the store is in normal operation.
    /// </summary>
    public string? MaintenanceMode { get; internal init; }

    /// <summary>Whether privileges are evaluated on it.</summary>
    public DatastoreAccessControl AccessControl => _store.AccessControl;

    /// <summary><c>filesystem</c> or <c>s3</c>.</summary>
    public string Backend { get; internal init; } = "filesystem";

    /// <summary>True when its folder is there and is a datastore.</summary>
    public bool IsAvailable { get; internal init; }

    /// <summary>Why it is not available.</summary>
    public string? Problem { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public int CompareTo(DatastoreInfo? other) => other is null ? 1 : string.CompareOrdinal(Datastore, other.Datastore);

    int IComparable.CompareTo(object? obj) => CompareTo(obj as DatastoreInfo);

    public override string ToString() => Datastore;
}
