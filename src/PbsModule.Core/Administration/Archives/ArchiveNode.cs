using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>An entry of an archive with the place it was found at.</summary>
/// <param name="Archive">The archive, <c>root.pxar</c>.</param>
/// <param name="Path">From the root of the archive on, as <see cref="EscapedName"/> shows it; <c>/</c> for the
/// root.</param>
/// <param name="Entry">The entry.</param>
internal sealed record ArchiveNode(string Archive, string Path, PxarEntry Entry)
{
    public string Name => Path.Length == 1 ? Archive : Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>An entry of the root.</summary>
    public static ArchiveNode Top(string archive, PxarEntry entry) =>
        new(archive, $"/{EscapedName.Format(entry.Name.Span)}", entry);

    public ArchiveNode Below(PxarEntry entry) =>
        Path.Length == 1 ? Top(Archive, entry) : new(Archive, $"{Path}/{EscapedName.Format(entry.Name.Span)}", entry);

    /// <summary>As the catalog would have it.</summary>
    public CatalogNode ToCatalogNode() => new(Archive, Path, Entry.Type, (ulong)Entry.Size, Entry.Stat.Seconds);
}
