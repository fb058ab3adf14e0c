using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A snapshot that would be verified.</summary>
public sealed class VerifyPlanItem : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    internal VerifyPlanItem(GroupIdentity group, long time, long size)
    {
        _group = group;
        _time = time;
        Size = size;
    }

    /// <summary>Bytes of its data, as the manifest tells them; 0 where that cannot be read.</summary>
    public long Size { get; }

    /// <summary>Why its manifest cannot be read, so that its verification will fail; null where it can.</summary>
    public string? Problem { get; init; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => new SnapshotPath(_group.Namespace, _group.Group, _time).ToString();
}
