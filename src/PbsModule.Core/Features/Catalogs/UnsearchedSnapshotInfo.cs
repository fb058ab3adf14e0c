using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>A snapshot that a file search could not examine. Its text is its identity.</summary>
public sealed class UnsearchedSnapshotInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    internal UnsearchedSnapshotInfo(GroupIdentity group, long time, string reason, bool mayHoldFiles)
    {
        _group = group;
        _time = time;
        Reason = reason;
        MayHoldFiles = mayHoldFiles;
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

    /// <summary>The reason why it was not searched.</summary>
    public string Reason { get; }

    /// <summary>Whether it may contain the files; false if it has only images.</summary>
    public bool MayHoldFiles { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => new SnapshotPath(_group.Namespace, _group.Group, _time).ToString();
}
