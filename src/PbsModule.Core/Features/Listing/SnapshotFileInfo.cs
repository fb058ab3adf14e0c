using PbsModule.Core.Datastores;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// A file of a snapshot with its snapshot's identity. Its text is that identity, a slash and the file name.
/// </summary>
public sealed class SnapshotFileInfo : ISnapshotItem, IComparable<SnapshotFileInfo>, IComparable
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly SnapshotFile _file;

    internal SnapshotFileInfo(GroupIdentity group, long time, SnapshotFile file)
    {
        _group = group;
        _time = time;
        _file = file;
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

    public string FileName => _file.FileName;

    /// <inheritdoc cref="SnapshotFile.Size"/>
    public long? Size => _file.Size;

    /// <inheritdoc cref="SnapshotFile.CryptMode"/>
    public CryptMode? CryptMode => _file.CryptMode;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public int CompareTo(SnapshotFileInfo? other)
    {
        if (other is null) return 1;
        int order = _group.CompareTo(other._group);
        if (order == 0) order = _time.CompareTo(other._time);
        return order != 0 ? order : string.CompareOrdinal(FileName, other.FileName);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as SnapshotFileInfo);

    public override string ToString() => $"{new SnapshotPath(_group.Namespace, _group.Group, _time)}/{FileName}";
}
