using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Verify;

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

    /// <summary>Size of its data in bytes, from the manifest; 0 if the manifest cannot be read.</summary>
    public long Size { get; }

    /// <summary>
    /// The reason why its manifest cannot be read, so that its verification will fail; null if it can.
    /// </summary>
    public string? Problem { get; init; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => new SnapshotPath(_group.Namespace, _group.Group, _time).ToString();
}
