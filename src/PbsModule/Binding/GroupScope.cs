using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>Selects groups by the key parameters of a cmdlet.</summary>
/// <param name="Namespaces">Namespaces, wildcards allowed; null is the root.</param>
/// <param name="Recurse">Whether to include the namespaces below.</param>
/// <param name="Depth">Number of levels below; null if not given.</param>
/// <param name="Types">Backup types, wildcards allowed.</param>
/// <param name="Ids">Ids, wildcards allowed.</param>
internal sealed record GroupScope(string[]? Namespaces, bool Recurse, int? Depth, string[]? Types, string[]? Ids)
{
    private bool NamespaceIsLiteral =>
        !Recurse && Depth is null && Namespaces?.Any(WildcardPattern.ContainsWildcardCharacters) != true;

    /// <summary>Returns a query for each selected namespace.</summary>
    /// <param name="engine">Lists namespaces for a text with wildcards.</param>
    /// <param name="store">The store.</param>
    /// <param name="storeIsLiteral">
    /// Whether the store was named literally, without pattern or default. Groups are then named one by one, and a
    /// missing one is an error.
    /// </param>
    /// <param name="cancellation">Cancels the listing.</param>
    /// <exception cref="PbsArgumentException">A literal is not a valid backup type, id or namespace.</exception>
    public IEnumerable<SnapshotQuery> Queries(
        PbsEngine engine,
        DatastoreContext store,
        bool storeIsLiteral,
        CancellationToken cancellation)
    {
        IReadOnlyList<NameFilter> ids = NameFilters.From(Ids);
        IReadOnlyList<BackupType> types = NameFilters.Types(Types);
        bool exact =
            storeIsLiteral && NamespaceIsLiteral && types.Count == 1 && ids.Count > 0 && ids.All(id => id.IsLiteral);
        int depth = Depth ?? (Recurse ? BackupNamespace.MaxDepth : 0);
        foreach ((BackupNamespace ns, int levels) in NamespaceSelection.Walks(
            engine,
            store,
            Namespaces,
            depth,
            cancellation))
        {
            bool isAll = levels >= BackupNamespace.MaxDepth;
            SnapshotQuery query = new() { Namespace = ns, Recurse = isAll, Depth = isAll ? null : levels };
            yield return exact
                ? query with { Groups = [.. ids.Select(id => new GroupPath(types[0], Checked(id.Text))).Distinct()] }
                : query with { Types = types, Ids = ids };
        }
    }

    private static string Checked(string id) => BackupId.IsValid(id)
        ? id
        : throw new PbsArgumentException(PbsErrorId.BackupIdInvalid, $"'{id}' is not a backup id", id);
}

/// <summary>
/// Collects literal ids missing in some places, with the number of places: an id is reported only if all places lack
/// it.
/// </summary>
internal sealed class MissingIds
{
    private readonly Dictionary<string, (ListingProblem Problem, int Places)> _missing = new(StringComparer.Ordinal);
    private int _places;

    /// <summary>The ids that all places lack.</summary>
    public IEnumerable<ListingProblem> Everywhere =>
        _missing.Values.Where(missing => missing.Places == _places).Select(missing => missing.Problem);

    public void Clear()
    {
        _missing.Clear();
        _places = 0;
    }

    /// <summary>Counts a place.</summary>
    public void Looked() => _places++;

    /// <summary>Takes a problem that is reported at the end, if at all; returns false for others.</summary>
    public bool TryTake(ListingProblem problem, string[]? ids)
    {
        if (problem.ErrorId != PbsErrorId.GroupNotFound || ids?.Contains(problem.Target) != true) return false;
        _missing[problem.Target] = (problem, _missing.GetValueOrDefault(problem.Target).Places + 1);
        return true;
    }
}
