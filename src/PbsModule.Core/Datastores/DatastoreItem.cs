using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Datastores;

/// <summary>
/// An object of a datastore. It holds its store and connection, so that an object piped into another runspace still
/// leads back to its store. The interface is internal and implemented explicitly, because PowerShell shows members of
/// public interfaces as properties in tables, CSV and JSON.
/// </summary>
internal interface IDatastoreItem
{
    DatastoreContext Store { get; }
}

/// <summary>An item in a namespace.</summary>
internal interface INamespaceItem : IDatastoreItem
{
    BackupNamespace Location { get; }
}

/// <summary>An item of a backup group, or the group itself.</summary>
internal interface IGroupItem : INamespaceItem
{
    GroupPath Group { get; }
}

/// <summary>An item of a snapshot, or the snapshot itself.</summary>
internal interface ISnapshotItem : IGroupItem
{
    SnapshotPath Snapshot { get; }
}

/// <summary>The identity that all objects of one group share.</summary>
internal sealed record GroupIdentity(
    DatastoreContext Store,
    BackupNamespace Namespace,
    GroupPath Group) : IComparable<GroupIdentity>
{
    public int CompareTo(GroupIdentity? other)
    {
        if (other is null) return 1;
        int order = string.CompareOrdinal(Store.Text, other.Store.Text);
        if (order == 0) order = Namespace.CompareTo(other.Namespace);
        return order != 0 ? order : Group.CompareTo(other.Group);
    }

    public override string ToString() => Namespace.IsRoot ? Group.ToString() : $"{Namespace.DiskPath}/{Group}";
}
