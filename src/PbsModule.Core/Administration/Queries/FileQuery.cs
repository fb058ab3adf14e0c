using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a search looks for. Filters are combined with "and", the values of one filter with "or"; an empty list does not
/// filter.
/// </summary>
public sealed record FileQuery
{
    /// <summary>The last name of the path.</summary>
    public IReadOnlyList<WildcardName> Names { get; init; } = [];

    /// <summary>
    /// The whole path in the archive; a '*' goes across '/'. Paths that are no patterns are looked up and nothing else
    /// is read.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>The archive, <c>root.pxar</c> or <c>root.pxar.didx</c>.</summary>
    public IReadOnlyList<NameFilter> Archives { get; init; } = [];

    public IReadOnlyList<CatalogEntryType> Types { get; init; } = [];

    internal bool HasArchive(string fileName) => CatalogQuery.HasArchive(Archives, fileName);
}

/// <summary>Which entries of a catalog to list.</summary>
public sealed record CatalogQuery
{
    /// <summary>The archive, <c>root.pxar</c> or <c>root.pxar.didx</c>; an empty list stands for all.</summary>
    public IReadOnlyList<NameFilter> Archives { get; init; } = [];

    /// <summary>
    /// Where to look in each archive; with none of these and no archives, the archives themselves are listed.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>Levels below what is listed that are listed too.</summary>
    public int Depth { get; init; }

    internal static bool HasArchive(IReadOnlyList<NameFilter> filters, string fileName)
    {
        if (filters.Count == 0) return true;
        string name = ArchiveName.Of(fileName);
        return filters.Any(filter => filter.Matches(name) || filter.Matches(fileName));
    }
}

/// <summary>
/// A path in an archive, its names as <see cref="EscapedName"/> shows them. Slashes at its ends and doubled ones mean
/// nothing.
/// </summary>
public sealed class CatalogPath
{
    private CatalogPath(string text, bool isLiteral, IReadOnlyList<CatalogPathPart> parts)
    {
        Text = text;
        IsLiteral = isLiteral;
        Parts = parts;
    }

    public string Text { get; }

    /// <summary>True when it leads to one entry at most.</summary>
    public bool IsLiteral { get; }

    internal IReadOnlyList<CatalogPathPart> Parts { get; }

    /// <summary>The path as a pattern on the whole; only for what is no literal.</summary>
    internal WildcardName? Whole { get; private init; }

    /// <summary>Exactly this path.</summary>
    public static CatalogPath Literal(string text) =>
        new(text, true, [.. Split(text).Select(name => new CatalogPathPart(EscapedName.Parse(name), null))]);

    /// <param name="text">The path.</param>
    /// <param name="isPattern">Whether a name in it has wildcards.</param>
    /// <param name="unescape">Gives a name without wildcards as it is meant.</param>
    /// <param name="ignoreCase">For names with wildcards.</param>
    /// <exception cref="PbsArgumentException">A pattern that is none.</exception>
    public static CatalogPath Pattern(
        string text,
        Func<string, bool> isPattern,
        Func<string, string> unescape,
        bool ignoreCase)
    {
        string[] names = Split(text);
        CatalogPathPart[] parts = [.. names.Select(name => isPattern(name)
            ? new CatalogPathPart(null, new WildcardName(name, ignoreCase))
            : new CatalogPathPart(EscapedName.Parse(unescape(name)), null))];
        bool isLiteral = parts.All(part => part.Literal is not null);
        return new CatalogPath(text, isLiteral, parts)
        {
            Whole = isLiteral ? null : new WildcardName("/" + string.Join('/', names), ignoreCase),
        };
    }

    public override string ToString() => Text;

    private static string[] Split(string text) => text.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>One name of a path: its bytes, or a pattern.</summary>
internal readonly record struct CatalogPathPart(byte[]? Literal, WildcardName? Wildcard)
{
    public bool Matches(ReadOnlySpan<byte> name) =>
        Literal is null ? Wildcard!.Matches(name) : name.SequenceEqual(Literal);
}
