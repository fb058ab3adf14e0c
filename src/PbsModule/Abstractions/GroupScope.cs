using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>Which groups the parameters of a cmdlet mean, by their keys.</summary>
/// <param name="Namespaces">Namespaces, wildcards allowed; null is the root.</param>
/// <param name="Recurse">Also the namespaces below.</param>
/// <param name="Depth">How many levels below; null where it is not said.</param>
/// <param name="Types">Backup types, wildcards allowed.</param>
/// <param name="Ids">Ids, wildcards allowed.</param>
internal sealed record GroupScope(string[]? Namespaces, bool Recurse, int? Depth, string[]? Types, string[]? Ids)
{
    private bool NamespaceIsLiteral =>
        !Recurse && Depth is null && Namespaces?.Any(WildcardPattern.ContainsWildcardCharacters) != true;

    /// <summary>A query for each namespace that is named.</summary>
    /// <param name="session">Lists namespaces where a text has wildcards.</param>
    /// <param name="store">The store.</param>
    /// <param name="storeIsLiteral">Where neither a pattern nor a default decides what is meant, groups are named one
    /// by one, and one that is not there is an error.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsArgumentException">A literal is no backup type, no id or no namespace.</exception>
    public IEnumerable<SnapshotQuery> Queries(
        PbsSession session,
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
            session,
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
/// Literal ids that some place does not have, with how many places: an id is missing when no place has it.
/// </summary>
internal sealed class MissingIds
{
    private readonly Dictionary<string, (ListingProblem Problem, int Places)> _missing = new(StringComparer.Ordinal);
    private int _places;

    /// <summary>Those that no place has.</summary>
    public IEnumerable<ListingProblem> Everywhere =>
        _missing.Values.Where(missing => missing.Places == _places).Select(missing => missing.Problem);

    public void Clear()
    {
        _missing.Clear();
        _places = 0;
    }

    /// <summary>A place was looked at.</summary>
    public void Looked() => _places++;

    /// <summary>True for a problem that is told at the end, if at all.</summary>
    public bool TryTake(ListingProblem problem, string[]? ids)
    {
        if (problem.ErrorId != PbsErrorId.GroupNotFound || ids?.Contains(problem.Target) != true) return false;
        _missing[problem.Target] = (problem, _missing.GetValueOrDefault(problem.Target).Places + 1);
        return true;
    }
}
