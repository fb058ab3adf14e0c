using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Features.Listing;

/// <summary>An entry of a catalog, independent of the snapshot: several snapshots may share one catalog.</summary>
/// <param name="Archive">File name of the archive the entry belongs to.</param>
/// <param name="Path">Path of the entry in its archive; <c>/</c> is the archive itself.</param>
/// <param name="Type">Type of the entry.</param>
/// <param name="RawSize">Size of a file, in bytes.</param>
/// <param name="ModificationTime">Modification time of a file, in Unix seconds.</param>
internal sealed record CatalogNode(
    string Archive,
    string Path,
    CatalogEntryType Type,
    ulong RawSize,
    long ModificationTime)
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    public string Name => Path.Length == 1 ? Archive : Path[(Path.LastIndexOf('/') + 1)..];

    // A damaged catalog may hold a larger number than any real size.
    public long? Size => Type == CatalogEntryType.File ? (long)Math.Min(RawSize, long.MaxValue) : null;

    public DateTimeOffset? LastWriteTime =>
        Type == CatalogEntryType.File && ModificationTime is >= FirstSecond and <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds(ModificationTime)
            : null;
}
