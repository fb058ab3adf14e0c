using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Listing;

/// <summary>A namespace of a datastore. Its text is the names joined by '/', empty for the root.</summary>
public sealed class NamespaceInfo : INamespaceItem, IComparable<NamespaceInfo>, IComparable
{
    private readonly DatastoreContext _store;
    private readonly BackupNamespace _namespace;

    internal NamespaceInfo(DatastoreContext store, BackupNamespace ns)
    {
        _store = store;
        _namespace = ns;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _namespace.Text;

    /// <summary>The last name; empty for the root.</summary>
    public string Name => _namespace.Name;

    /// <summary>Number of levels below the root; 0 for the root.</summary>
    public int Depth => _namespace.Depth;

    /// <summary>Its folder.</summary>
    public string Path => _store.PathOf(_namespace);

    DatastoreContext IDatastoreItem.Store => _store;

    BackupNamespace INamespaceItem.Location => _namespace;

    public int CompareTo(NamespaceInfo? other)
    {
        if (other is null) return 1;
        int order = string.CompareOrdinal(Datastore, other.Datastore);
        return order != 0 ? order : _namespace.CompareTo(other._namespace);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as NamespaceInfo);

    public override string ToString() => Namespace;
}
