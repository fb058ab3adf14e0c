using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// A version of a file in the snapshots of a group: all copies with the same size and modification time. It represents
/// the newest snapshot with this version, and its text is that snapshot's identity, the archive and the path.
/// </summary>
public sealed class FileVersionInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly CatalogNode _node;
    private long _first;
    private long _last;

    internal FileVersionInfo(CatalogItemInfo item)
    {
        _group = item.Identity;
        _node = item.Node;
        _first = _last = item.BackupTime.ToUnixTimeSeconds();
        SnapshotCount = 1;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>The newest snapshot that has this version, UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_last);

    /// <summary>The oldest snapshot that has it, UTC.</summary>
    public DateTimeOffset FirstBackupTime => DateTimeOffset.FromUnixTimeSeconds(_first);

    /// <summary>Number of searched snapshots that contain it.</summary>
    public int SnapshotCount { get; private set; }

    /// <inheritdoc cref="CatalogItemInfo.Archive"/>
    public string Archive => _node.Archive;

    /// <inheritdoc cref="CatalogItemInfo.Path"/>
    public string Path => _node.Path;

    /// <inheritdoc cref="CatalogItemInfo.Name"/>
    public string Name => _node.Name;

    public CatalogEntryType Type => _node.Type;

    /// <inheritdoc cref="CatalogItemInfo.Size"/>
    public long? Size => _node.Size;

    /// <inheritdoc cref="CatalogItemInfo.LastWriteTime"/>
    public DateTimeOffset? LastWriteTime => _node.LastWriteTime;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _last);

    public override string ToString() =>
        $"{new SnapshotPath(_group.Namespace, _group.Group, _last)}/{Archive}{(Path == "/" ? "" : Path)}";

    internal void Saw(CatalogItemInfo item)
    {
        long time = item.BackupTime.ToUnixTimeSeconds();
        _first = Math.Min(_first, time);
        _last = Math.Max(_last, time);
        SnapshotCount++;
    }
}
