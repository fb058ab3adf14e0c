using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Listing;

/// <summary>The archives and paths that a query names literally and that were not found yet.</summary>
internal sealed class UnmetNames(CatalogQuery query)
{
    private readonly HashSet<string> _archives =
        [.. query.Archives.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];
    private readonly HashSet<CatalogPath> _paths = [.. query.Paths.Where(path => path.IsLiteral)];

    /// <summary>All unmet names: the archives, then the paths.</summary>
    public IEnumerable<string> All => _archives.Order(StringComparer.Ordinal).Concat(_paths.Select(path => path.Text));

    /// <summary>Removes an archive that was found.</summary>
    public void Meet(string file)
    {
        _archives.Remove(file);
        _archives.Remove(ArchiveName.Of(file));
    }

    /// <summary>Removes a path that was found.</summary>
    public void Meet(CatalogPath path) => _paths.Remove(path);

    /// <inheritdoc cref="Meet(CatalogPath)"/>
    public void Meet(IEnumerable<CatalogPath> paths) => _paths.ExceptWith(paths);

    /// <summary>Removes all paths, because an archive could not be read and may contain them.</summary>
    public void GiveUpPaths() => _paths.Clear();
}
