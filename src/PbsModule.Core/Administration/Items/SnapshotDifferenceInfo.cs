using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>What became of something from one snapshot to another.</summary>
public enum SnapshotChange
{
    /// <summary>Only in the snapshot that is looked at.</summary>
    Added,

    /// <summary>Only in the one it is compared with.</summary>
    Removed,

    /// <summary>In both, and not the same.</summary>
    Changed,
}

/// <summary>
/// A difference between two snapshots: a file, directory or the like of an archive; a range of an image; or an archive
/// as a whole. Belongs to the snapshot that is looked at.
/// </summary>
public sealed class SnapshotDifferenceInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly SnapshotPath _reference;
    private readonly SnapshotDifference _difference;

    internal SnapshotDifferenceInfo(
        GroupIdentity group,
        long time,
        SnapshotPath reference,
        SnapshotDifference difference)
    {
        (_group, _time, _reference, _difference) = (group, time, reference, difference);
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

    /// <summary>The snapshot it is compared with.</summary>
    public string ReferenceSnapshot => _reference.ToString();

    public SnapshotChange Change => _difference.Change;

    /// <summary>The archive, <c>root.pxar</c>.</summary>
    public string Archive => _difference.Archive;

    /// <summary>In the archive, <c>/etc/fstab</c>; null for a range or an archive as a whole.</summary>
    public string? Path => _difference.Path;

    /// <summary>What it is, of an entry of an archive; of a changed one as it is now.</summary>
    public CatalogEntryType? Type => (_difference.Item ?? _difference.ReferenceItem)?.Type;

    /// <summary>
    /// Where the range begins, bytes; of a removed one in the archive it was in. Null for all but ranges.
    /// </summary>
    public long? Offset => _difference.Offset;

    /// <summary>
    /// Bytes it has now, or of the range; null for directories and the like, and 0 for what is removed.
    /// </summary>
    public long? Size => _difference.Size;

    /// <summary>Bytes it had; 0 for what is added.</summary>
    public long? ReferenceSize => _difference.ReferenceSize;

    /// <summary>When the file was changed last, UTC.</summary>
    public DateTimeOffset? LastWriteTime => _difference.Item?.LastWriteTime;

    /// <summary>The same in the snapshot it is compared with.</summary>
    public DateTimeOffset? ReferenceLastWriteTime => _difference.ReferenceItem?.LastWriteTime;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() =>
        Offset is { } offset ? $"{Change} {Archive}:{offset}+{Size ?? ReferenceSize}" : $"{Change} {Archive}{Path}";
}

/// <summary>A difference, whichever snapshots it is between.</summary>
/// <param name="Change">What became of it.</param>
/// <param name="Archive">Where it is.</param>
/// <param name="Path">In the archive.</param>
/// <param name="Offset">Of a range.</param>
/// <param name="Size">Bytes now.</param>
/// <param name="ReferenceSize">Bytes before.</param>
internal sealed record SnapshotDifference(
    SnapshotChange Change,
    string Archive,
    string? Path,
    long? Offset,
    long? Size,
    long? ReferenceSize)
{
    /// <summary>The entry now.</summary>
    public CatalogNode? Item { get; private init; }

    /// <summary>The entry before.</summary>
    public CatalogNode? ReferenceItem { get; private init; }

    /// <summary>Of an entry of an archive.</summary>
    public static SnapshotDifference Of(CatalogNode? reference, CatalogNode? item)
    {
        SnapshotChange change =
            reference is null ? SnapshotChange.Added : item is null ? SnapshotChange.Removed : SnapshotChange.Changed;
        CatalogNode shown = item ?? reference!;
        bool hasSizes = (reference?.Size ?? item?.Size) is not null;
        long? size = item is null && hasSizes ? 0 : item?.Size;
        long? before = reference is null && hasSizes ? 0 : reference?.Size;
        return new SnapshotDifference(change, shown.Archive, shown.Path, null, size, before)
        {
            Item = item,
            ReferenceItem = reference,
        };
    }

    /// <summary>Of a range.</summary>
    public static SnapshotDifference Range(SnapshotChange change, string archive, long offset, long size) =>
        new(change, archive, null, offset, change == SnapshotChange.Removed
            ? 0
            : size, change == SnapshotChange.Added ? 0 : size);

    /// <summary>Of an archive as a whole.</summary>
    public static SnapshotDifference Whole(string archive, ManifestFile? reference, ManifestFile? file)
    {
        SnapshotChange change =
            reference is null ? SnapshotChange.Added : file is null ? SnapshotChange.Removed : SnapshotChange.Changed;
        return new SnapshotDifference(change, archive, null, null, (long)Math.Min(file?.Size
            ?? 0, long.MaxValue), (long)Math.Min(reference?.Size ?? 0, long.MaxValue));
    }
}
