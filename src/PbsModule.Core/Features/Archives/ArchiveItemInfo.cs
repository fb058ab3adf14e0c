using System.Collections;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Archives;

/// <summary>
/// An entry of a file archive with all its metadata: a file, directory or other node, or the archive's root. Its text
/// is the snapshot's identity, the archive and the path. Names have the form of <see cref="EscapedName"/>, which
/// lookups accept.
/// </summary>
public sealed class ArchiveItemInfo : ISnapshotItem, IComparable<ArchiveItemInfo>, IComparable
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly ArchiveNode _node;

    internal ArchiveItemInfo(GroupIdentity group, long time, ArchiveNode node)
    {
        _group = group;
        _time = time;
        _node = node;
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
    public string Archive => _node.Archive;

    /// <inheritdoc cref="CatalogItemInfo.Path"/>
    public string Path => _node.Path;

    /// <inheritdoc cref="CatalogItemInfo.Name"/>
    public string Name => _node.Name;

    public CatalogEntryType Type => Entry.Type;

    /// <summary>
    /// Size in bytes; null for all types but files. A hard link has its target's size, which is not looked up.
    /// </summary>
    public long? Size => Type == CatalogEntryType.File ? Entry.Size : null;

    /// <summary>
    /// Time of the last change of the content, UTC; null for hard links, and for times outside the calendar.
    /// </summary>
    public DateTimeOffset? LastWriteTime => HasMetadata ? Entry.Stat.LastWriteTime : null;

    /// <summary>
    /// Type and permissions as ls prints them, <c>-rw-r--r--</c>; null for a hard link, which has its target's.
    /// </summary>
    public string? Mode => HasMetadata ? UnixModeText.Of(Type, Entry.Stat.Permissions) : null;

    /// <summary>User ID of the owner, since archives store no names; null for a hard link.</summary>
    public uint? Owner => HasMetadata ? Entry.Stat.UserId : null;

    /// <summary>Group ID; null for a hard link.</summary>
    public uint? Group => HasMetadata ? Entry.Stat.GroupId : null;

    /// <summary>
    /// Target of a symbolic link, or path in the archive of a hard link's target; null for all other types.
    /// </summary>
    public string? LinkTarget => Type switch
    {
        CatalogEntryType.SymbolicLink => PxarName.Shown(Entry.LinkTarget.Span),
        CatalogEntryType.HardLink => "/" + PxarName.Shown(Entry.LinkTarget.Span),
        _ => null,
    };

    /// <summary>The permission bits; null for a hard link.</summary>
    public UnixFileMode? UnixFileMode => HasMetadata ? (UnixFileMode)Entry.Stat.Permissions : null;

    /// <summary>Attributes of the source file system.</summary>
    public FileFeatures FileFlags => (FileFeatures)Entry.Stat.Flags;

    public ArchiveXattrList ExtendedAttributes =>
        new([.. Entry.ExtendedAttributes.Select(attribute => new ArchiveXattr(attribute))]);

    /// <summary>
    /// The access control list beyond the mode, as entries for setfacl: <c>user:1000:rw-</c>. Empty if there is none.
    /// </summary>
    public NameList AccessControlList => new(ArchiveAclText.Of(Entry));

    /// <summary>The value of <c>security.capability</c> in hexadecimal digits; null if there is none.</summary>
    public string? Capabilities => Entry.FileCapabilities is { } value ? Convert.ToHexStringLower(value.Span) : null;

    /// <summary>Project ID of the file system's quota; null if there is none.</summary>
    public ulong? QuotaProjectId => Entry.QuotaProjectId;

    /// <summary>Device numbers, <c>8,1</c>; null for all other types.</summary>
    public string? Device =>
        Type is CatalogEntryType.BlockDevice or CatalogEntryType.CharacterDevice
            ? $"{Entry.DeviceMajor},{Entry.DeviceMinor}"
            : null;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    private PxarEntry Entry => _node.Entry;

    private bool HasMetadata => Type != CatalogEntryType.HardLink && !Entry.IsUnread;

    public int CompareTo(ArchiveItemInfo? other)
    {
        if (other is null) return 1;
        int order = _group.CompareTo(other._group);
        if (order == 0) order = _time.CompareTo(other._time);
        if (order == 0) order = string.CompareOrdinal(Archive, other.Archive);
        return order != 0 ? order : string.CompareOrdinal(Path, other.Path);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as ArchiveItemInfo);

    public override string ToString() =>
        $"{new SnapshotPath(_group.Namespace, _group.Group, _time)}/{Archive}{(Path == "/" ? "" : Path)}";
}

/// <summary>An extended attribute; its text is its name.</summary>
public sealed class ArchiveXattr
{
    private readonly PxarXattr _attribute;

    internal ArchiveXattr(PxarXattr attribute) => _attribute = attribute;

    public string Name => EscapedName.Format(_attribute.Name.Span);

    public byte[] Value => _attribute.Value.ToArray();

    /// <summary>The value as text, escaped if it is not valid text.</summary>
    public string Text => EscapedName.Format(_attribute.Value.Span);

    public override string ToString() => Name;
}

/// <summary>The extended attributes of an entry; its text is their names.</summary>
public sealed class ArchiveXattrList : IReadOnlyList<ArchiveXattr>
{
    private readonly ArchiveXattr[] _attributes;

    internal ArchiveXattrList(ArchiveXattr[] attributes) => _attributes = attributes;

    public int Count => _attributes.Length;

    public ArchiveXattr this[int index] => _attributes[index];

    public IEnumerator<ArchiveXattr> GetEnumerator() => ((IEnumerable<ArchiveXattr>)_attributes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", _attributes.Select(attribute => attribute.Name));
}

/// <summary>Attributes that a file system stores in addition to the permissions.</summary>
[Flags]
public enum FileFeatures : ulong
{
    None = 0,

    /// <summary>A FAT attribute: hidden, system or archive.</summary>
    Hidden = 0x2000,

    /// <inheritdoc cref="Hidden"/>
    System = 0x4000,

    /// <inheritdoc cref="Hidden"/>
    Archive = 0x8000,

    AppendOnly = 0x10000,
    NoAccessTime = 0x20000,
    Compressed = 0x40000,
    NoCopyOnWrite = 0x80000,
    NoDump = 0x100000,
    SynchronousDirectory = 0x200000,
    Immutable = 0x400000,
    Synchronous = 0x800000,
    NotCompressed = 0x1000000,
    InheritProject = 0x2000000,
}
