using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Features.Archives;

/// <summary>The base of the results of work on an archive; identifies the archive.</summary>
public abstract class ArchiveResultInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    private protected ArchiveResultInfo(GroupIdentity group, long time, string archive)
    {
        _group = group;
        _time = time;
        Archive = archive;
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

    /// <inheritdoc cref="CatalogItemInfo.Archive"/>
    public string Archive { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => $"{new SnapshotPath(_group.Namespace, _group.Group, _time)}/{Archive}";
}

/// <summary>A part of an archive whose chunk could not be read, and the files that have zeros in its place.</summary>
public sealed class ArchiveGapInfo : ArchiveResultInfo
{
    private readonly ChunkGap _gap;

    internal ArchiveGapInfo(
        GroupIdentity group,
        long time,
        string archive,
        string fileName,
        ChunkGap gap,
        IEnumerable<string> files)
        : base(group, time, archive)
    {
        _gap = gap;
        FileName = fileName;
        Files = new NameList(files);
    }

    /// <summary>The file of the snapshot, <c>root.pxar.didx</c>; for a split archive one of its two files.</summary>
    public string FileName { get; }

    /// <summary>Offset of the gap in that file, in bytes.</summary>
    public long Offset => _gap.Offset;

    /// <summary>Length of the gap, in bytes.</summary>
    public long Length => _gap.Length;

    /// <summary>Digest of the chunk, 64 hex digits.</summary>
    public string Digest => _gap.Digest.ToString();

    /// <summary>The fault of the chunk.</summary>
    public ChunkFault Fault => _gap.Check.Fault;

    /// <summary>The fault in PBS's words.</summary>
    public string Reason => _gap.Check.Reason;

    /// <summary>Archive paths of the files that now have zeros, the first thousand.</summary>
    public NameList Files { get; }

    public override string ToString() => $"{base.ToString()} at {Offset}";
}

/// <summary>An attribute that entries have in the archive but could not get on restore.</summary>
public sealed class RestoreWarningInfo : ArchiveResultInfo
{
    internal RestoreWarningInfo(
        GroupIdentity group,
        long time,
        string archive,
        RestoredTrait trait,
        string reason,
        long count,
        IEnumerable<string> paths)
        : base(group, time, archive)
    {
        Attribute = trait;
        Reason = reason;
        Count = count;
        Paths = new NameList(paths);
    }

    /// <summary>The attribute.</summary>
    public RestoredTrait Attribute { get; }

    /// <summary>The reason why it could not be restored.</summary>
    public string Reason { get; }

    /// <summary>Number of affected entries.</summary>
    public long Count { get; }

    /// <summary>Archive paths of the affected entries, the first thousand.</summary>
    public NameList Paths { get; }

    public override string ToString() => $"{Attribute} of {Count} entries: {Reason}";
}

/// <summary>The result of restoring an archive.</summary>
public sealed class ArchiveRestoreInfo : ArchiveResultInfo
{
    private readonly RestoreCounts _counts;

    internal ArchiveRestoreInfo(
        GroupIdentity group,
        long time,
        string archive,
        string destination,
        RestoreCounts counts,
        long failures)
        : base(group, time, archive)
    {
        _counts = counts;
        Destination = destination;
        Failed = failures;
    }

    /// <summary>Full path of the target folder.</summary>
    public string Destination { get; }

    public long Directories => _counts.Directories;

    public long Files => _counts.Files;

    public long HardLinks => _counts.HardLinks;

    public long SymbolicLinks => _counts.SymbolicLinks;

    /// <summary>Devices, fifos and sockets.</summary>
    public long SpecialFiles => _counts.SpecialFiles;

    /// <summary>Bytes of file content.</summary>
    public long Bytes => _counts.Bytes;

    /// <summary>Number of entries that existed already and were kept.</summary>
    public long Skipped => _counts.Kept;

    /// <summary>Number of entries that could not be read or written; each was reported as an error.</summary>
    public long Failed { get; }
}
