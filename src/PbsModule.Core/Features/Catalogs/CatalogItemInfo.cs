using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// An entry of a snapshot's catalog: a file, directory or other node in one of its archives, or an archive. Its text is
/// the snapshot's identity, the archive and the path. Names have the form of <see cref="EscapedName"/>, which lookups
/// accept.
/// </summary>
public sealed class CatalogItemInfo : ISnapshotItem, IComparable<CatalogItemInfo>, IComparable
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly CatalogNode _node;

    internal CatalogItemInfo(GroupIdentity group, long time, CatalogNode node)
    {
        _group = group;
        _time = time;
        _node = node;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <inheritdoc cref="SnapshotInfo.BackupTime"/>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    /// <summary>The archive, <c>root.pxar</c>.</summary>
    public string Archive => _node.Archive;

    /// <summary>Path from the root of the archive, <c>/etc/fstab</c>; <c>/</c> for the archive itself.</summary>
    public string Path => _node.Path;

    /// <summary>The last name of the path; for an archive the archive's name.</summary>
    public string Name => _node.Name;

    public CatalogEntryType Type => _node.Type;

    /// <summary>Size in bytes; null for all types but files.</summary>
    public long? Size => _node.Size;

    /// <summary>
    /// Time of the last change of the content, UTC; null for all types but files, and for times outside the calendar.
    /// </summary>
    public DateTimeOffset? LastWriteTime => _node.LastWriteTime;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    internal GroupIdentity Identity => _group;

    internal CatalogNode Node => _node;

    public int CompareTo(CatalogItemInfo? other)
    {
        if (other is null) return 1;
        int order = _group.CompareTo(other._group);
        if (order == 0) order = _time.CompareTo(other._time);
        if (order == 0) order = string.CompareOrdinal(Archive, other.Archive);
        return order != 0 ? order : string.CompareOrdinal(Path, other.Path);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as CatalogItemInfo);

    public override string ToString() =>
        $"{new SnapshotPath(_group.Namespace, _group.Group, _time)}/{Archive}{(Path == "/" ? "" : Path)}";
}
