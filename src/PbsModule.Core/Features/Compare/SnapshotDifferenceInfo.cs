using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Compare;

/// <summary>The kind of a difference between two snapshots.</summary>
public enum SnapshotChange
{
    /// <summary>Exists only in the difference snapshot.</summary>
    Added,

    /// <summary>Exists only in the reference snapshot.</summary>
    Removed,

    /// <summary>Exists in both, but differs.</summary>
    Changed,
}

/// <summary>
/// A difference between two snapshots: an entry of an archive, a range of an image, or an archive as a whole. Belongs
/// to the difference snapshot.
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

    /// <summary>Identity of the reference snapshot.</summary>
    public string ReferenceSnapshot => _reference.ToString();

    public SnapshotChange Change => _difference.Change;

    /// <summary>The archive, <c>root.pxar</c>.</summary>
    public string Archive => _difference.Archive;

    /// <summary>Path in the archive, <c>/etc/fstab</c>; null for a range or an archive as a whole.</summary>
    public string? Path => _difference.Path;

    /// <summary>Type of an archive entry; for a changed one its new type.</summary>
    public CatalogEntryType? Type => (_difference.Item ?? _difference.ReferenceItem)?.Type;

    /// <summary>
    /// Offset of a range, in bytes; for a removed range in the archive that contained it. Null for all other
    /// differences.
    /// </summary>
    public long? Offset => _difference.Offset;

    /// <summary>
    /// New size, or size of the range, in bytes; null for directories and other nodes without a size, 0 for removed
    /// entries.
    /// </summary>
    public long? Size => _difference.Size;

    /// <summary>Size in the reference snapshot, in bytes; 0 for added entries.</summary>
    public long? ReferenceSize => _difference.ReferenceSize;

    /// <summary>Time of the file's last change, UTC.</summary>
    public DateTimeOffset? LastWriteTime => _difference.Item?.LastWriteTime;

    /// <summary>Time of the file's last change in the reference snapshot, UTC.</summary>
    public DateTimeOffset? ReferenceLastWriteTime => _difference.ReferenceItem?.LastWriteTime;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() =>
        Offset is { } offset ? $"{Change} {Archive}:{offset}+{Size ?? ReferenceSize}" : $"{Change} {Archive}{Path}";
}

/// <summary>A difference, independent of the two snapshots.</summary>
/// <param name="Change">Kind of the difference.</param>
/// <param name="Archive">Name of the archive.</param>
/// <param name="Path">Path in the archive.</param>
/// <param name="Offset">Offset of a range, in bytes.</param>
/// <param name="Size">New size in bytes.</param>
/// <param name="ReferenceSize">Size in the reference snapshot, in bytes.</param>
internal sealed record SnapshotDifference(
    SnapshotChange Change,
    string Archive,
    string? Path,
    long? Offset,
    long? Size,
    long? ReferenceSize)
{
    /// <summary>The entry in the difference snapshot.</summary>
    public CatalogNode? Item { get; private init; }

    /// <summary>The entry in the reference snapshot.</summary>
    public CatalogNode? ReferenceItem { get; private init; }

    /// <summary>Makes the difference of an archive entry.</summary>
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

    /// <summary>Makes the difference of a range.</summary>
    public static SnapshotDifference Range(SnapshotChange change, string archive, long offset, long size) =>
        new(change, archive, null, offset, change == SnapshotChange.Removed
            ? 0
            : size, change == SnapshotChange.Added ? 0 : size);

    /// <summary>Makes the difference of an archive as a whole.</summary>
    public static SnapshotDifference Whole(string archive, ManifestFile? reference, ManifestFile? file)
    {
        SnapshotChange change =
            reference is null ? SnapshotChange.Added : file is null ? SnapshotChange.Removed : SnapshotChange.Changed;
        return new SnapshotDifference(change, archive, null, null, (long)Math.Min(file?.Size
            ?? 0, long.MaxValue), (long)Math.Min(reference?.Size ?? 0, long.MaxValue));
    }
}
