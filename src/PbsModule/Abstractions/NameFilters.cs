using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>PowerShell's wildcards for the engine, which knows only predicates.</summary>
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

    /// <summary>A pattern where case never matters, wildcards or not.</summary>
    public static NameFilter AnyCase(string text)
    {
        var pattern = new WildcardPattern(text, Options);
        return NameFilter.Pattern(text, pattern.IsMatch);
    }

    /// <summary>
    /// The same for names in archives, which the engine compares as bytes: a literal exactly, a pattern in any case
    /// unless told.
    /// </summary>
    public static WildcardName Bytes(string text, bool caseSensitive) =>
        new(text, ignoreCase: !caseSensitive && WildcardPattern.ContainsWildcardCharacters(text));

    /// <summary>A path in an archive; only one that was typed may have wildcards.</summary>
    public static CatalogPath Path(string text, bool isTyped, bool caseSensitive) => isTyped
        ? CatalogPath.Pattern(
            text,
            WildcardPattern.ContainsWildcardCharacters,
            WildcardPattern.Unescape,
            !caseSensitive)
        : CatalogPath.Literal(text);

    /// <summary>The types the texts mean, in any case and with wildcards.</summary>
    /// <exception cref="PbsArgumentException">A literal is no backup type.</exception>
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
