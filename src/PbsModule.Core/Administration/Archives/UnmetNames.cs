using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>The archives and paths that a query names literally and that were not met yet.</summary>
internal sealed class UnmetNames(CatalogQuery query)
{
    private readonly HashSet<string> _archives =
        [.. query.Archives.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];
    private readonly HashSet<CatalogPath> _paths = [.. query.Paths.Where(path => path.IsLiteral)];

    /// <summary>The archives, then the paths.</summary>
    public IEnumerable<string> All => _archives.Order(StringComparer.Ordinal).Concat(_paths.Select(path => path.Text));

    /// <summary>An archive is there.</summary>
    public void Meet(string file)
    {
        _archives.Remove(file);
        _archives.Remove(ArchiveName.Of(file));
    }

    /// <summary>A path is there.</summary>
    public void Meet(CatalogPath path) => _paths.Remove(path);

    /// <inheritdoc cref="Meet(CatalogPath)"/>
    public void Meet(IEnumerable<CatalogPath> paths) => _paths.ExceptWith(paths);

    /// <summary>An archive could not be looked into, so that nobody knows which paths are in it.</summary>
    public void GiveUpPaths() => _paths.Clear();
}
