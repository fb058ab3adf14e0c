using PbsModule.Core;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>Holds a key of an object against the parameter of the same name that is given beside it.</summary>
internal static class KeyFilter
{
    /// <summary>False where wildcards leave the object out.</summary>
    /// <param name="parameter">Name of the parameter.</param>
    /// <param name="given">Its values; null for none.</param>
    /// <param name="own">The key of the object.</param>
    /// <param name="part">The object, for messages.</param>
    /// <exception cref="PbsArgumentException">Other keys are named literally: one of the two is a mistake.</exception>
    public static bool Meets(string parameter, IEnumerable<string>? given, string own, StorePart part)
    {
        if (given is null) return true;
        IReadOnlyList<NameFilter> filters = NameFilters.From([.. given]);
        if (filters.Any(filter => filter.Matches(own))) return true;
        if (!filters.Any(filter => filter.IsLiteral)) return false;
        throw Mismatch(parameter, filters.Select(filter => filter.Text), part);
    }

    /// <summary>The refusal of an object that is not what a parameter beside it names.</summary>
    public static PbsArgumentException Mismatch(string parameter, IEnumerable<string> given, StorePart part) => new(
        PbsErrorId.SelectionMismatch,
        $"'{part}' is not what -{parameter} names: {string.Join(", ", given)}",
        part.ToString());
}
