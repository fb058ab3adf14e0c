using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Reads a catalog (<c>catalog.pcat1</c>): the directories of all archives of a snapshot without their content. Fetches
/// only what is asked for. For one thread. Source: pbs-datastore <c>catalog.rs</c>.
/// </summary>
public sealed class CatalogReader
{
    private readonly CatalogTables _tables;

    /// <exception cref="PbsFormatException">No catalog: wrong magic, or a root outside of it.</exception>
    public CatalogReader(IByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _tables = new CatalogTables(source);
        Root = new CatalogEntry(CatalogEntryType.Directory, [], 0, 0, _tables.ReadRootStart());
    }

    /// <summary>The directory of the archives; it has no name.</summary>
    public CatalogEntry Root { get; }

    /// <summary>
    /// No catalog of this size has more entries, if each comes once: one is a letter, a length and what it says beside
    /// its name.
    /// </summary>
    internal long MostEntries => _tables.End / 2;

    /// <summary>The entries of a directory in the order of the catalog, read as they are asked for.</summary>
    /// <exception cref="PbsFormatException">Not a directory, or a damaged table.</exception>
    public IEnumerable<CatalogEntry> List(CatalogEntry directory)
    {
        CatalogTable table = Open(directory);
        return Entries(table);
    }

    /// <summary>Looks a path up by exact bytes; of two entries with one name the first is found.</summary>
    /// <param name="path"><c>/</c>, or names joined by '/', with or without a leading one:
    /// <c>root.pxar.didx/etc/fstab</c>.</param>
    /// <exception cref="PbsNotFoundException"><c>path "…" not found in catalog</c>.</exception>
    /// <exception cref="PbsFormatException">A name on the way is no directory, or a table is damaged.</exception>
    public CatalogEntry Find(ReadOnlySpan<byte> path)
    {
        if (path is [(byte)'/']) return Root;
        ReadOnlySpan<byte> names = path is [(byte)'/', .. var rest] ? rest : path;
        CatalogEntry entry = Root;
        foreach (Range name in names.Split((byte)'/')) entry = Find(entry, names[name]) ?? throw NotFound(path);
        return entry;
    }

    /// <summary>All entries below a directory, each directory before its content.</summary>
    /// <exception cref="PbsFormatException">Not a directory, or a damaged table.</exception>
    public CatalogWalk Walk(CatalogEntry directory) => new(_tables, Open(directory), null);

    /// <summary>
    /// As <see cref="Walk(CatalogEntry)"/>; damage is reported where it comes, and the walk goes on with what can be
    /// read.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="onDamage">Gets what is damaged, or lies in a chunk that is missing.</param>
    /// <exception cref="PbsFormatException">Not a directory, or its own table is damaged.</exception>
    public CatalogWalk Walk(CatalogEntry directory, Action<PbsException> onDamage) =>
        new(_tables, Open(directory), onDamage);

    /// <summary>The first entry of that name in a directory; null if there is none.</summary>
    /// <exception cref="PbsFormatException">Not a directory, or a damaged table.</exception>
    public CatalogEntry? Find(CatalogEntry directory, ReadOnlySpan<byte> name)
    {
        CatalogTable table = Open(directory);
        while (_tables.TryRead(ref table, out CatalogEntryView entry))
        {
            if (entry.Name.SequenceEqual(name)) return entry.ToEntry();
        }

        return null;
    }

    private CatalogTable Open(CatalogEntry directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return directory.IsDirectory
            ? _tables.Open(directory.ChildStart)
            : throw new PbsFormatException(PbsErrorId.CatalogInvalid, "parent is not a directory - internal error");
    }

    private IEnumerable<CatalogEntry> Entries(CatalogTable table)
    {
        while (Next(ref table) is { } entry) yield return entry;
    }

    private CatalogEntry? Next(ref CatalogTable table) =>
        _tables.TryRead(ref table, out CatalogEntryView entry) ? entry.ToEntry() : null;

    private static PbsNotFoundException NotFound(ReadOnlySpan<byte> path)
    {
        string text = Encoding.UTF8.GetString(path);
        return new PbsNotFoundException(PbsErrorId.CatalogPathNotFound, $"path \"{text}\" not found in catalog", text);
    }
}
