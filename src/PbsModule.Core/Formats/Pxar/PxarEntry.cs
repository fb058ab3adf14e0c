using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// An entry of an archive with all its metadata. The name is checked: it is a single name, not empty, not <c>.</c> or
/// <c>..</c>, and without '/' and NUL. All other data is untrusted.
/// </summary>
public sealed class PxarEntry
{
    /// <summary>The name as bytes. Empty for the root.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    public required CatalogEntryType Type { get; init; }

    /// <summary>The metadata. Empty for a hard link, which has the metadata of its target.</summary>
    public PxarStat Stat { get; init; }

    /// <summary>The size of a file in bytes. 0 for all other entries.</summary>
    public long Size { get; init; }

    /// <summary>
    /// The target of a symbolic link, or the path of a hard link's target from the root of the archive, as bytes. Empty
    /// for all other entries.
    /// </summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    public IReadOnlyList<PxarXattr> ExtendedAttributes { get; init; } = [];

    public PxarAcl? Acl { get; init; }

    /// <summary>The value of <c>security.capability</c>, or null if there is none.</summary>
    public ReadOnlyMemory<byte>? FileCapabilities { get; init; }

    public ulong? QuotaProjectId { get; init; }

    /// <summary>The device number. 0 for entries that are not devices.</summary>
    public ulong DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    public ulong DeviceMinor { get; init; }

    public bool IsDirectory => Type == CatalogEntryType.Directory;

    /// <summary>The offset of the file name's header, which hard links refer to. 0 for the root.</summary>
    internal long Position { get; init; }

    /// <summary>The offset of the entry's own header.</summary>
    internal long Start { get; init; }

    /// <summary>The offset after the attributes, where a directory's children begin or the entry ends.</summary>
    internal long Body { get; init; }

    /// <summary>The largest offset at which a directory may end.</summary>
    internal long Limit { get; init; }

    /// <summary>The offset after a directory, or -1 if it is not known yet.</summary>
    internal long End { get; set; } = -1;

    /// <summary>Whether the content of the directory could not be read to its end. It is then not read again.</summary>
    internal bool IsLost { get; set; }

    /// <summary>Whether this is a root whose metadata could not be read.</summary>
    internal bool IsUnread { get; init; }

    /// <summary>
    /// For a file, the offset of its content's header: in <see cref="PxarReader.Payload"/> if the content is there,
    /// otherwise in the archive, where the header has already been read.
    /// </summary>
    internal long ContentHeader { get; init; }

    /// <summary>Whether the content is in the other half of a split archive.</summary>
    internal bool IsReference { get; init; }

    /// <summary>The distance in bytes from a hard link back to its target.</summary>
    internal ulong LinkDistance { get; init; }

    public override string ToString() => Name.Length == 0 ? "/" : EscapedName.Format(Name.Span);
}
