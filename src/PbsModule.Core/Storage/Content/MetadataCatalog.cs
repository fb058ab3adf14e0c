using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// A catalog made of split archives, whose snapshots have none: their metadata says the same and is gone through once,
/// without any content.
/// </summary>
internal sealed class MetadataCatalog(CryptKey? key)
{
    /// <summary>
    /// Metadata beyond this (some millions of files) is not gone through: the catalog would have to be kept in memory.
    /// </summary>
    public const long LargestMetadata = 1L << 30;

    /// <summary>
    /// No entry of an archive is shorter, so there are no more of them, however its tables may lead in circles.
    /// </summary>
    private const int ShortestEntry = 32;

    /// <summary>Writes it.</summary>
    /// <param name="archives">The archives, in their order.</param>
    /// <param name="onDamage">Gets what cannot be read; the rest is written. Null to fail at the first.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsFormatException">An archive is damaged, or too large.</exception>
    /// <exception cref="PbsException">A chunk is missing or damaged, or cannot be read.</exception>
    public MemoryByteSource Write(
        IReadOnlyList<ArchiveFile> archives, Action<PbsException>? onDamage, CancellationToken cancellation)
    {
        var catalog = new MemoryStream();
        var writer = new CatalogWriter(catalog);
        foreach (ArchiveFile archive in archives)
        {
            Action<PbsException> onOne = error =>
            {
                PbsException located = error is PbsFormatException { File: null } format
                    ? format.In(archive.Archive.Path)
                    : error;
                if (onDamage is null) throw located;
                onDamage(located);
            };
            writer.StartDirectory(System.Text.Encoding.UTF8.GetBytes(archive.Archive.FileName));
            try
            {
                using var reader = new ArchiveReader(archive, key);
                Write(writer, reader, onOne, cancellation);
            }
            catch (PbsException e)
            {
                onOne(e);
            }

            writer.EndDirectory();
        }

        writer.Finish();
        return new MemoryByteSource(catalog.GetBuffer().AsMemory(0, (int)catalog.Length));
    }

    private static void Write(
        CatalogWriter writer, ArchiveReader archive, Action<PbsException> onDamage, CancellationToken cancellation)
    {
        if (archive.Length > LargestMetadata)
        {
            throw new PbsFormatException(
                PbsErrorId.CatalogInvalid,
                $"there is no catalog, and the metadata is too large to do without ({archive.Length} bytes)");
        }

        archive.ReadAhead();
        long most = archive.Length / ShortestEntry;
        var levels = new Stack<IEnumerator<PxarChild>>();
        levels.Push(archive.Pxar.Children(archive.Pxar.Root).GetEnumerator());
        while (levels.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!levels.Peek().MoveNext())
            {
                levels.Pop();
                if (levels.Count > 0) writer.EndDirectory();
                continue;
            }

            PxarChild child = levels.Peek().Current;
            if (child.Error is not null) onDamage(child.Error);
            if (child.Entry is not { } entry) continue;
            if (most-- == 0)
            {
                onDamage(
                    PxarItem.Invalid(
                        "the tables of the archive lead to more entries than there is room for", entry.Start));
                for (; levels.Count > 1; levels.Pop()) writer.EndDirectory();
                return;
            }

            if (entry.Name.Length >= CatalogTables.NameLimit)
            {
                onDamage(PxarItem.Invalid($"file name too long ({entry.Name.Length} bytes)", entry.Start));
            }
            else if (Add(writer, entry)) levels.Push(archive.Pxar.Children(entry).GetEnumerator());
        }
    }

    /// <returns>True for a directory, whose content comes next.</returns>
    private static bool Add(CatalogWriter writer, PxarEntry entry)
    {
        ReadOnlySpan<byte> name = entry.Name.Span;
        if (entry.IsDirectory) writer.StartDirectory(name);
        else if (entry.Type == CatalogEntryType.File) writer.AddFile(name, (ulong)entry.Size, entry.Stat.Seconds);
        else writer.Add(entry.Type, name);
        return entry.IsDirectory;
    }
}
