using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Selects the files to search for. Filters are combined with "and", the values of one filter with "or"; an empty list
/// does not filter.
/// </summary>
public sealed record FileQuery
{
    /// <summary>Patterns on the last name of the path.</summary>
    public IReadOnlyList<WildcardName> Names { get; init; } = [];

    /// <summary>
    /// The whole path in the archive; '*' also matches '/'. If all paths are literal, the search looks them up and
    /// reads nothing else.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>.</summary>
    public IReadOnlyList<NameFilter> Archives { get; init; } = [];

    public IReadOnlyList<CatalogEntryType> Types { get; init; } = [];

    internal bool HasArchive(string fileName) => CatalogQuery.HasArchive(Archives, fileName);
}
