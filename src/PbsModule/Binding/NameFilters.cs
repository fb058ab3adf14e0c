using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Binding;

/// <summary>Converts PowerShell wildcards for the engine, which knows only predicates.</summary>
internal static class NameFilters
{
    private const WildcardOptions Options =
        WildcardOptions.Compiled | WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant;

    public static NameFilter From(string text)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(text))
        {
            return NameFilter.Literal(WildcardPattern.Unescape(text));
        }

        var pattern = new WildcardPattern(text, Options);
        return NameFilter.Pattern(text, pattern.IsMatch);
    }

    public static IReadOnlyList<NameFilter> From(string[]? texts) => texts is null ? [] : [.. texts.Select(From)];

    /// <summary>Makes a filter that ignores case, with or without wildcards.</summary>
    public static NameFilter AnyCase(string text)
    {
        var pattern = new WildcardPattern(text, Options);
        return NameFilter.Pattern(text, pattern.IsMatch);
    }

    /// <summary>
    /// Makes a filter for names in archives, which the engine compares as bytes: a literal exactly, a pattern
    /// regardless of case unless requested.
    /// </summary>
    public static WildcardName Bytes(string text, bool caseSensitive) =>
        new(text, ignoreCase: !caseSensitive && WildcardPattern.ContainsWildcardCharacters(text));

    /// <summary>Makes a path in an archive; wildcards are allowed only in a typed one.</summary>
    public static CatalogPath Path(string text, bool isTyped, bool caseSensitive) => isTyped
        ? CatalogPath.Pattern(
            text,
            WildcardPattern.ContainsWildcardCharacters,
            WildcardPattern.Unescape,
            !caseSensitive)
        : CatalogPath.Literal(text);

    /// <summary>Returns the matching backup types, regardless of case and with wildcards.</summary>
    /// <exception cref="PbsArgumentException">A literal is not a backup type.</exception>
    public static IReadOnlyList<BackupType> Types(string[]? texts)
    {
        if (texts is null) return [];
        List<BackupType> types = [];
        foreach (NameFilter filter in texts.Select(text => From(text.ToLowerInvariant())))
        {
            if (filter.IsLiteral) types.Add(BackupTypeText.Parse(filter.Text));
            else types.AddRange(BackupTypeText.All.Where(type => filter.Matches(type.Text())));
        }

        return [.. types.Distinct()];
    }
}
