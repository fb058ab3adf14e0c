using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A snapshot whose files a search could not look at. Its text is its identity.</summary>
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

    /// <summary>Why it was not searched.</summary>
    public string Reason { get; }

    /// <summary>Whether what is looked for may be in it; false where there are only images.</summary>
    public bool MayHoldFiles { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => new SnapshotPath(_group.Namespace, _group.Group, _time).ToString();
}
