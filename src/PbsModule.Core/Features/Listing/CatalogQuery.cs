using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Listing;

/// <summary>Selects entries of a catalog.</summary>
public sealed record CatalogQuery
{
    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; an empty list selects all.</summary>
    public IReadOnlyList<NameFilter> Archives { get; init; } = [];

    /// <summary>
    /// Paths to list in each archive. Without paths and archives, the archives themselves are listed.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>Number of further levels to list below each path.</summary>
    public int Depth { get; init; }

    internal static bool HasArchive(IReadOnlyList<NameFilter> filters, string fileName)
    {
        if (filters.Count == 0) return true;
        string name = ArchiveName.Of(fileName);
        return filters.Any(filter => filter.Matches(name) || filter.Matches(fileName));
    }
}

/// <summary>
/// A path in an archive, its names in the form of <see cref="EscapedName"/>. Leading, trailing and doubled slashes are
/// ignored.
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

    /// <summary>True if the path leads to one entry at most.</summary>
    public bool IsLiteral { get; }

    internal IReadOnlyList<CatalogPathPart> Parts { get; }

    /// <summary>The whole path as a pattern; null for a literal path.</summary>
    internal WildcardName? Whole { get; private init; }

    /// <summary>Makes a path that matches exactly this text.</summary>
    public static CatalogPath Literal(string text) =>
        new(text, true, [.. Split(text).Select(name => new CatalogPathPart(EscapedName.Parse(name), null))]);

    /// <param name="text">The path.</param>
    /// <param name="isPattern">Decides whether a name in the path has wildcards.</param>
    /// <param name="unescape">Removes the escapes from a name without wildcards.</param>
    /// <param name="ignoreCase">Whether names with wildcards match regardless of case.</param>
    /// <exception cref="PbsArgumentException">The pattern is invalid.</exception>
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

/// <summary>One name of a path: its literal bytes, or a pattern.</summary>
internal readonly record struct CatalogPathPart(byte[]? Literal, WildcardName? Wildcard)
{
    public bool Matches(ReadOnlySpan<byte> name) =>
        Literal is null ? Wildcard!.Matches(name) : name.SequenceEqual(Literal);
}
