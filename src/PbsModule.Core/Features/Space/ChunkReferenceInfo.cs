using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Space;

/// <summary>A reference from a snapshot to a chunk.</summary>
public sealed class ChunkReferenceInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly Digest _digest;

    internal ChunkReferenceInfo(
        GroupIdentity group,
        long time,
        string archive,
        in Digest digest,
        long offset,
        long size)
    {
        (_group, _time, _digest) = (group, time, digest);
        Archive = archive;
        Offset = offset;
        Size = size;
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

    /// <summary>The index file, <c>root.pxar.didx</c>.</summary>
    public string Archive { get; }

    /// <summary>64 lower-case hex digits.</summary>
    public string Digest => _digest.ToString();

    /// <summary>Offset of the chunk in the image or archive, in bytes.</summary>
    public long Offset { get; }

    /// <summary>Size of its data in the image or archive, in bytes.</summary>
    public long Size { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => $"{((ISnapshotItem)this).Snapshot}/{Archive}:{Offset}";
}
