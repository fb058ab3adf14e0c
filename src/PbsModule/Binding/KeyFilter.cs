using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Binding;

/// <summary>Compares a key of an object with the parameter of the same name.</summary>
internal static class KeyFilter
{
    /// <summary>Returns false if wildcards exclude the object.</summary>
    /// <param name="parameter">Name of the parameter.</param>
    /// <param name="given">Values of the parameter; null for none.</param>
    /// <param name="own">The key of the object.</param>
    /// <param name="part">The object, for messages.</param>
    /// <exception cref="PbsArgumentException">
    /// Other keys are named literally, so that the object or the parameter must be a mistake.
    /// </exception>
    public static bool Meets(string parameter, IEnumerable<string>? given, string own, StorePart part)
    {
        if (given is null) return true;
        IReadOnlyList<NameFilter> filters = NameFilters.From([.. given]);
        if (filters.Any(filter => filter.Matches(own))) return true;
        if (!filters.Any(filter => filter.IsLiteral)) return false;
        throw Mismatch(parameter, filters.Select(filter => filter.Text), part);
    }

    /// <summary>Makes the refusal of an object that does not match a parameter.</summary>
    public static PbsArgumentException Mismatch(string parameter, IEnumerable<string> given, StorePart part) => new(
        PbsErrorId.SelectionMismatch,
        $"'{part}' is not what -{parameter} names: {string.Join(", ", given)}",
        part.ToString());
}
