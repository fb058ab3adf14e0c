using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Features.Content;

/// <summary>A part of a saved image or archive that consists of zeros because its chunk could not be read.</summary>
public sealed class ContentGapInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly ChunkGap _gap;

    internal ContentGapInfo(GroupIdentity group, long time, string fileName, string path, ChunkGap gap)
    {
        _group = group;
        _time = time;
        _gap = gap;
        FileName = fileName;
        Path = path;
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

    /// <summary>The file of the snapshot.</summary>
    public string FileName { get; }

    /// <summary>Offset of the gap in the image or archive, in bytes.</summary>
    public long Offset => _gap.Offset;

    /// <summary>Length of the zeros, in bytes.</summary>
    public long Length => _gap.Length;

    /// <summary>Digest of the chunk, 64 hex digits.</summary>
    public string Digest => _gap.Digest.ToString();

    /// <summary>The fault of the chunk.</summary>
    public ChunkFault Fault => _gap.Check.Fault;

    /// <summary>The fault in PBS's words.</summary>
    public string Reason => _gap.Check.Reason;

    /// <summary>Full path of the written file, which has the gap.</summary>
    public string Path { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() =>
        $"{new SnapshotPath(_group.Namespace, _group.Group, _time)}/{FileName} at {Offset}";
}
