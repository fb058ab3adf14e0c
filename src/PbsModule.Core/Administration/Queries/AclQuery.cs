using PbsModule.Core.Access;

namespace PbsModule.Core.Administration;

/// <summary>
/// Which entries to list. Filters are combined with "and", the values of one filter with "or"; an empty list does not
/// filter.
/// </summary>
public sealed record AclQuery
{
    /// <summary>A literal in any form that PBS takes for the path, <c>/datastore/</c> for <c>/datastore</c>.</summary>
    public IReadOnlyList<NameFilter> Paths { get; init; } = [];

    /// <summary>On users and tokens, and on groups with '@' in front.</summary>
    public IReadOnlyList<NameFilter> AuthIds { get; init; } = [];

    public IReadOnlyList<NameFilter> Roles { get; init; } = [];

    /// <summary>Also what lies below the paths, unless <see cref="Depth"/> ends it earlier.</summary>
    public bool Recurse { get; init; }

    /// <summary>Levels below; implies <see cref="Recurse"/>.</summary>
    public int? Depth { get; init; }

    internal bool Matches(AclEntry entry) =>
        (AuthIds.Count == 0 || AuthIds.Any(filter => filter.Matches(entry.Principal)))
        && (Roles.Count == 0 || Roles.Any(filter => filter.Matches(entry.Role.Name)));

    /// <summary>The filters that a path, or one above it, passes.</summary>
    internal IEnumerable<NameFilter> PassedBy(AclPath path) =>
        Paths.Where(filter => LevelsOf(path).Any(level => Passes(filter, level)));

    /// <summary>The path itself, and those above it as far as the query looks down.</summary>
    private IEnumerable<string> LevelsOf(AclPath path)
    {
        yield return path.Text;
        int up = Math.Min(Depth ?? (Recurse ? int.MaxValue : 0), path.Components.Count);
        string[] components = [.. path.Components];
        for (int n = 1; n <= up; n++) yield return AclPath.Of(components.AsSpan(..^n)).Text;
    }

    private static bool Passes(NameFilter filter, string path) =>
        filter.IsLiteral ? AclPath.Parse(filter.Text).Text == path : filter.Matches(path);
}
