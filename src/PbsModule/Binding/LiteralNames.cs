using PbsModule.Core.Features.Listing;

namespace PbsModule.Binding;

/// <summary>Tracks literal names without a match: for a literal this is an error, for a wildcard it is not.</summary>
internal sealed class LiteralNames(IEnumerable<NameFilter> filters)
{
    private readonly HashSet<string> _missing =
        [.. filters.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];

    public IReadOnlyCollection<string> Missing => _missing;

    public void Saw(string name)
    {
        if (_missing.Count > 0) _missing.Remove(name);
    }
}
