using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Finds the entries of one catalog that match a query. Names are compared in place, so entries that do not match cost
/// no allocation. Immutable and thread-safe.
/// </summary>
internal sealed class CatalogFinder
{
    private const int TypeCount = 256;

    private readonly FileQuery _query;
    private readonly WildcardName[] _names;
    private readonly WildcardName[] _paths;
    private readonly bool _looksUp;
    private readonly bool[]? _types;

    public CatalogFinder(FileQuery query)
    {
        _query = query;
        _names = [.. query.Names];
        _looksUp = query.Paths.Count > 0 && query.Paths.All(path => path.IsLiteral);
        _paths = [.. query.Paths.Select(path => path.Whole
            ?? new WildcardName("/" + string.Join('/', path.Parts.Select(part =>
                Literally(EscapedName.Format(part.Literal)))), ignoreCase: false))];
        if (query.Types.Count == 0) return;
        _types = new bool[TypeCount];
        foreach (CatalogEntryType type in query.Types) _types[(byte)type] = true;
    }

    /// <summary>Whether the query includes an archive.</summary>
    public bool LooksInto(string fileName) => _query.HasArchive(fileName);

    /// <param name="catalog">The catalog.</param>
    /// <param name="pass">Receives matches in the catalog's order, and damage.</param>
    /// <returns>The number of examined entries.</returns>
    /// <exception cref="PbsFormatException">The catalog's root is damaged.</exception>
    public long Run(CatalogReader catalog, SearchPass pass)
    {
        long seen = 0;
        foreach (CatalogEntry archive in catalog.List(catalog.Root))
        {
            string file = EscapedName.Format(archive.Name.Span);
            pass.Covered.Add(file);
            if (!archive.IsDirectory || !_query.HasArchive(file)) continue;
            try
            {
                string name = pass.Naming.Of(file);
                seen += _looksUp
                    ? LookUp(catalog, archive, name, pass)
                    : Search(catalog.Walk(archive, pass.OnDamage), name, pass);
            }
            catch (PbsException e)
            {
                pass.OnDamage(e);
            }
        }

        return seen;
    }

    private long Search(CatalogWalk walk, string archive, SearchPass pass)
    {
        const int askEvery = 4096;
        long seen = 0;
        while (walk.MoveNext())
        {
            if (seen++ % askEvery == 0 && pass.IsStopped()) return seen;
            if (_types is not null && !_types[(byte)walk.Type]) continue;
            if (_names.Length > 0 && !IsNamed(walk.Name)) continue;
            if (_paths.Length > 0 && !IsThere(walk)) continue;
            pass.OnFound(new CatalogNode(archive, walk.DisplayPath(), walk.Type, walk.Size, walk.ModificationTime));
        }

        return seen;
    }

    private long LookUp(CatalogReader catalog, CatalogEntry archive, string name, SearchPass pass)
    {
        foreach (CatalogPath path in _query.Paths)
        {
            if (path.Parts.Count == 0) continue;
            IReadOnlyList<CatalogEntry> entries = [archive];
            foreach (CatalogPathPart part in path.Parts) entries = catalog.FindAll(entries, part.Literal);
            string text = "/" + string.Join('/', path.Parts.Select(part => EscapedName.Format(part.Literal)));
            foreach (CatalogEntry entry in entries)
            {
                if (_types is not null && !_types[(byte)entry.Type]) continue;
                if (_names.Length > 0 && !IsNamed(entry.Name.Span)) continue;
                pass.OnFound(new CatalogNode(name, text, entry.Type, entry.Size, entry.ModificationTime));
            }
        }

        return _query.Paths.Count;
    }

    private bool IsNamed(ReadOnlySpan<byte> name)
    {
        foreach (WildcardName wanted in _names)
        {
            if (wanted.Matches(name)) return true;
        }

        return false;
    }

    private bool IsThere(CatalogWalk walk)
    {
        ReadOnlySpan<byte> path = walk.Path;
        string? shown = EscapedName.IsPlainPath(path) ? null : walk.DisplayPath();
        foreach (WildcardName wanted in _paths)
        {
            if (shown is null ? wanted.MatchesPlain(path) : wanted.Matches(shown)) return true;
        }

        return false;
    }

    private static string Literally(string name) =>
        string.Concat(name.Select(character => "*?[]`".Contains(character) ? $"`{character}" : $"{character}"));
}

/// <summary>The state of a search in one snapshot: its catalog, then the archives that are not in it.</summary>
/// <param name="Naming">Names the snapshot's archives.</param>
/// <param name="OnFound">Receives each match.</param>
/// <param name="OnDamage">Receives each failure to read; the search continues.</param>
/// <param name="IsStopped">Polled at intervals; true stops the search.</param>
internal sealed record SearchPass(
    ArchiveNaming Naming, Action<CatalogNode> OnFound, Action<PbsException> OnDamage, Func<bool> IsStopped)
{
    /// <summary>File names of the archives found.</summary>
    public HashSet<string> Covered { get; } = [];
}
