using PbsModule.Core.Access.Acl;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Acl;

/// <summary>
/// Selects ACL entries. Filters are combined with "and", the values of one filter with "or"; an empty list does not
/// filter.
/// </summary>
public sealed record AclQuery
{
    /// <summary>
    /// ACL paths. A literal may have any form that PBS accepts for the path, <c>/datastore/</c> for <c>/datastore</c>.
    /// </summary>
    public IReadOnlyList<NameFilter> Paths { get; init; } = [];

    /// <summary>Users and tokens, and groups with a leading '@'.</summary>
    public IReadOnlyList<NameFilter> AuthIds { get; init; } = [];

    public IReadOnlyList<NameFilter> Roles { get; init; } = [];

    /// <summary>Whether entries below the paths match as well, down to <see cref="Depth"/>.</summary>
    public bool Recurse { get; init; }

    /// <summary>Number of levels below the paths; implies <see cref="Recurse"/>.</summary>
    public int? Depth { get; init; }

    internal bool Matches(AclEntry entry) =>
        (AuthIds.Count == 0 || AuthIds.Any(filter => filter.Matches(entry.Principal)))
        && (Roles.Count == 0 || Roles.Any(filter => filter.Matches(entry.Role.Name)));

    /// <summary>Returns the filters that match the path or a path above it.</summary>
    internal IEnumerable<NameFilter> PassedBy(AclPath path) =>
        Paths.Where(filter => LevelsOf(path).Any(level => Passes(filter, level)));

    /// <summary>Returns the path itself and the paths above it, as many levels as the query looks down.</summary>
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
