using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Archives;

/// <summary>An entry of an archive, with its location.</summary>
/// <param name="Archive">The archive, <c>root.pxar</c>.</param>
/// <param name="Path">
/// Path from the root of the archive, in the form of <see cref="EscapedName"/>; <c>/</c> for the root.
/// </param>
/// <param name="Entry">The entry.</param>
internal sealed record ArchiveNode(string Archive, string Path, PxarEntry Entry)
{
    public string Name => Path.Length == 1 ? Archive : Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Makes the node of an entry in the root.</summary>
    public static ArchiveNode Top(string archive, PxarEntry entry) =>
        new(archive, $"/{EscapedName.Format(entry.Name.Span)}", entry);

    public ArchiveNode Below(PxarEntry entry) =>
        Path.Length == 1 ? Top(Archive, entry) : new(Archive, $"{Path}/{EscapedName.Format(entry.Name.Span)}", entry);

    /// <summary>Converts the node to a catalog node.</summary>
    public CatalogNode ToCatalogNode() => new(Archive, Path, Entry.Type, (ulong)Entry.Size, Entry.Stat.Seconds);
}
