using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// An entry of an archive with all its metadata. Its name was checked: it is one name, neither empty nor <c>.</c> or
/// <c>..</c>, without '/' and NUL. What else it says is the archive's word.
/// </summary>
public sealed class PxarEntry
{
    /// <summary>Bytes; empty for the root.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    public required CatalogEntryType Type { get; init; }

    /// <summary>Nothing at all for a hard link, which is one with its target.</summary>
    public PxarStat Stat { get; init; }

    /// <summary>Bytes of a file; 0 for all others.</summary>
    public long Size { get; init; }

    /// <summary>
    /// Where a symbolic link leads, or the path of a hard link's target from the root of the archive on; bytes, empty
    /// for all others.
    /// </summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    public IReadOnlyList<PxarXattr> ExtendedAttributes { get; init; } = [];

    public PxarAcl? Acl { get; init; }

    /// <summary>The value of <c>security.capability</c>; null where there is none.</summary>
    public ReadOnlyMemory<byte>? FileCapabilities { get; init; }

    public ulong? QuotaProjectId { get; init; }

    /// <summary>Of a device.</summary>
    public ulong DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    public ulong DeviceMinor { get; init; }

    public bool IsDirectory => Type == CatalogEntryType.Directory;

    /// <summary>Offset of the file name's header, which hard links refer to; 0 for the root.</summary>
    internal long Position { get; init; }

    /// <summary>Offset of the entry's own header.</summary>
    internal long Start { get; init; }

    /// <summary>Behind the attributes: where a directory's children begin, or the node ends.</summary>
    internal long Body { get; init; }

    /// <summary>Where a directory may reach at the most.</summary>
    internal long Limit { get; init; }

    /// <summary>Where a directory ends; -1 until it is known.</summary>
    internal long End { get; set; } = -1;

    /// <summary>Set where its content could not be gone through to the end, so that nobody tries again.</summary>
    internal bool IsLost { get; set; }

    /// <summary>Set for a root whose metadata could not be had.</summary>
    internal bool IsUnread { get; init; }

    /// <summary>
    /// Of a file: offset of its content's header in <see cref="PxarReader.Payload"/>; of one that came with it, the
    /// header has been read.
    /// </summary>
    internal long ContentHeader { get; init; }

    /// <summary>Whether the content lies in the other half of a split archive.</summary>
    internal bool IsReference { get; init; }

    /// <summary>From a hard link back to its target.</summary>
    internal ulong LinkDistance { get; init; }

    public override string ToString() => Name.Length == 0 ? "/" : EscapedName.Format(Name.Span);
}
