using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Lists the entries of one catalog that match a query, in the catalog's order: each directory before its content.
/// </summary>
/// <param name="catalog">The catalog.</param>
/// <param name="naming">Names the snapshot's archives.</param>
/// <param name="query">Selects the entries.</param>
/// <param name="unmet">The archives and paths that the query names literally; found ones are removed.</param>
/// <param name="onDamage">Receives each failure to read; the listing continues with the rest.</param>
internal sealed class CatalogListing(
    CatalogReader catalog, ArchiveNaming naming, CatalogQuery query, UnmetNames unmet, Action<PbsException> onDamage)
{
    private readonly HashSet<string> _reported = [];

    /// <summary>File names of the archives in the catalog.</summary>
    public HashSet<string> Covered { get; } = [];

    /// <summary>Number of skipped entries without a name.</summary>
    public long Nameless { get; private set; }

    /// <exception cref="PbsException">The way to the entries is damaged; all results before are correct.</exception>
    public IEnumerable<CatalogNode> Run(CancellationToken cancellation)
    {
        foreach (CatalogEntry entry in catalog.List(catalog.Root))
        {
            cancellation.ThrowIfCancellationRequested();
            string file = EscapedName.Format(entry.Name.Span);
            Covered.Add(file);
            if (!CatalogQuery.HasArchive(query.Archives, file)) continue;
            unmet.Meet(file);
            var place = new Place(naming.Of(file), "", entry);
            foreach (CatalogNode node in query.Paths.Count > 0 ? query.Paths.SelectMany(path =>
                Resolve(place, path, 0, cancellation)) : Whole(place, cancellation))
            {
                yield return node;
            }
        }
    }

    private IEnumerable<CatalogNode> Whole(Place archive, CancellationToken cancellation) =>
        query.Archives.Count > 0 ? Content(archive, cancellation) : WithContent(archive, query.Depth, cancellation);

    private IEnumerable<CatalogNode> Resolve(Place place, CatalogPath path, int level, CancellationToken cancellation)
    {
        if (level == path.Parts.Count)
        {
            unmet.Meet(path);
            bool isNamed = level == 0 || path.Parts[^1].Literal is not null;
            return isNamed && place.Entry.IsDirectory
                ? Content(place, cancellation)
                : WithContent(place, query.Depth, cancellation);
        }

        if (!place.Entry.IsDirectory) return [];
        CatalogPathPart part = path.Parts[level];
        if (part.Literal is null)
        {
            return catalog.List(place.Entry).Where(entry => part.Matches(entry.Name.Span)).SelectMany(entry =>
                Resolve(place.Below(entry), path, level + 1, cancellation));
        }

        IReadOnlyList<CatalogEntry> found = [place.Entry];
        int next = level;
        for (; next < path.Parts.Count && path.Parts[next].Literal is { } name; next++)
        {
            found = catalog.FindAll(found, name);
            if (found.Count == 0) return [];
            place = place.Below(found[0]);
        }

        return found.SelectMany(entry => Resolve(place with { Entry = entry }, path, next, cancellation));
    }

    private IEnumerable<CatalogNode> WithContent(Place place, int depth, CancellationToken cancellation)
    {
        yield return place.Node();
        if (depth == 0 || !place.Entry.IsDirectory) yield break;
        foreach (CatalogNode node in Below(place, depth - 1, cancellation)) yield return node;
    }

    /// <summary>Lists the content of a directory, down to the depth of the query.</summary>
    private IEnumerable<CatalogNode> Content(Place place, CancellationToken cancellation) =>
        Below(place, query.Depth, cancellation);

    private IEnumerable<CatalogNode> Below(Place place, int depth, CancellationToken cancellation)
    {
        CatalogWalk walk = catalog.Walk(place.Entry, Report);
        while (walk.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new CatalogNode(
                place.Archive,
                place.Path + walk.DisplayPath(),
                walk.Type,
                walk.Size,
                walk.ModificationTime);
            if (walk.Depth >= depth) walk.SkipChildren();
        }

        Nameless += walk.Nameless;
    }

    /// <summary>Reports a failure once, since one missing chunk can affect many directories.</summary>
    private void Report(PbsException error)
    {
        if (_reported.Add(error.Message)) onDamage(error);
    }

    private readonly record struct Place(string Archive, string Path, CatalogEntry Entry)
    {
        public Place Below(CatalogEntry entry) => new(Archive, $"{Path}/{EscapedName.Format(entry.Name.Span)}", entry);

        public CatalogNode Node() =>
            new(Archive, Path.Length == 0 ? "/" : Path, Entry.Type, Entry.Size, Entry.ModificationTime);
    }
}
