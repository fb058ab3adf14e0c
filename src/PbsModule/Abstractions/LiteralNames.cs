using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// Names that were asked for literally and not met yet: a literal that matches nothing is an error, a wildcard is not.
/// </summary>
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
