using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Reads a catalog (<c>catalog.pcat1</c>), which contains the directory trees of all archives of a snapshot without
/// file content. Reads only the parts that are requested. Not thread-safe. Source: pbs-datastore <c>catalog.rs</c>.
/// </summary>
public sealed class CatalogReader
{
    private readonly CatalogTables _tables;

    /// <exception cref="PbsFormatException">
    /// The source is not a catalog: the magic number is wrong, or the root is outside the catalog.
    /// </exception>
    public CatalogReader(IByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _tables = new CatalogTables(source);
        Root = new CatalogEntry(CatalogEntryType.Directory, [], 0, 0, _tables.ReadRootStart());
    }

    /// <summary>The directory that contains the archives. It has no name.</summary>
    public CatalogEntry Root { get; }

    /// <summary>
    /// The largest number of entries that a catalog of this size can contain if each is counted once. An entry takes at
    /// least two bytes in addition to its name: its type and the length of the name.
    /// </summary>
    internal long MostEntries => _tables.End / 2;

    /// <summary>Lists the entries of a directory in catalog order. Each entry is read when it is requested.</summary>
    /// <exception cref="PbsFormatException">The entry is not a directory, or a table is damaged.</exception>
    public IEnumerable<CatalogEntry> List(CatalogEntry directory)
    {
        CatalogTable table = Open(directory);
        return Entries(table);
    }

    /// <summary>
    /// Finds an entry by the exact bytes of its path. If two entries have the same name, the first one is found.
    /// </summary>
    /// <param name="path">
    /// <c>/</c>, or names joined by '/', with or without a leading '/', for example <c>root.pxar.didx/etc/fstab</c>.
    /// </param>
    /// <exception cref="PbsNotFoundException">
    /// The catalog does not contain the path: <c>path "…" not found in catalog</c>.
    /// </exception>
    /// <exception cref="PbsFormatException">A name on the way is not a directory, or a table is damaged.</exception>
    public CatalogEntry Find(ReadOnlySpan<byte> path)
    {
        if (path is [(byte)'/']) return Root;
        ReadOnlySpan<byte> names = path is [(byte)'/', .. var rest] ? rest : path;
        CatalogEntry entry = Root;
        foreach (Range name in names.Split((byte)'/')) entry = Find(entry, names[name]) ?? throw NotFound(path);
        return entry;
    }

    /// <summary>Walks all entries below a directory. Each directory comes before its content.</summary>
    /// <exception cref="PbsFormatException">The entry is not a directory, or a table is damaged.</exception>
    public CatalogWalk Walk(CatalogEntry directory) => new(_tables, Open(directory), null);

    /// <summary>
    /// Walks all entries as <see cref="Walk(CatalogEntry)"/> does, but reports damage and continues with the parts that
    /// can be read.
    /// </summary>
    /// <param name="directory">The directory to start at.</param>
    /// <param name="onDamage">Receives an error for each part that is damaged or whose chunk is missing.</param>
    /// <exception cref="PbsFormatException">The entry is not a directory, or its own table is damaged.</exception>
    public CatalogWalk Walk(CatalogEntry directory, Action<PbsException> onDamage) =>
        new(_tables, Open(directory), onDamage);

    /// <summary>Returns the first entry with a name in a directory, or null if there is none.</summary>
    /// <exception cref="PbsFormatException">The entry is not a directory, or a table is damaged.</exception>
    public CatalogEntry? Find(CatalogEntry directory, ReadOnlySpan<byte> name)
    {
        CatalogTable table = Open(directory);
        while (_tables.TryRead(ref table, out CatalogEntryView entry))
        {
            if (entry.Name.SequenceEqual(name)) return entry.ToEntry();
        }

        return null;
    }

    /// <summary>
    /// Returns all entries with a name in several directories. PBS writes a name once in a directory; catalogs of other
    /// writers may have it several times.
    /// </summary>
    /// <param name="entries">
    /// The directories; other entries are ignored. A table that several of them lead to is read once, so a hostile
    /// catalog cannot multiply its entries.
    /// </param>
    /// <param name="name">The exact bytes of the name.</param>
    /// <exception cref="PbsFormatException">A table is damaged.</exception>
    public IReadOnlyList<CatalogEntry> FindAll(IReadOnlyList<CatalogEntry> entries, ReadOnlySpan<byte> name)
    {
        List<CatalogEntry> found = [];
        HashSet<long> tables = [];
        foreach (CatalogEntry directory in entries)
        {
            if (!directory.IsDirectory || !tables.Add(directory.ChildStart)) continue;
            CatalogTable table = _tables.Open(directory.ChildStart);
            while (_tables.TryRead(ref table, out CatalogEntryView entry))
            {
                if (entry.Name.SequenceEqual(name)) found.Add(entry.ToEntry());
            }
        }

        return found;
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
