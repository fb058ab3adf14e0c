using PbsModule.Core.Access;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// Selects the groups that match a query and that the caller may see, in the order of listings, with the problems that
/// occur. Literal ids without a visible group are reported at the end.
/// </summary>
internal sealed class GroupSelection(AccessGrant grant, GroupQuery query)
{
    private readonly GroupWalk _walk = new();
    private readonly HashSet<string> _unmet =
        [.. query.Ids.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];

    /// <summary>Returns the groups, each open; the receiver disposes of it.</summary>
    /// <param name="cancellation">Cancels the selection.</param>
    /// <param name="onNamespace">Receives each namespace that the caller may read.</param>
    public IEnumerable<WalkStep<GroupFolder>> Run(
        CancellationToken cancellation,
        Action<BackupNamespace>? onNamespace = null)
    {
        foreach (NamespaceStep step in NamespaceWalk.Run(grant.Datastore, query.Namespace, query.DepthOr(0)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.Problem is not null && grant.IsTold(step.Problem, step.Place)) yield return step.Problem;
            if (step.Item is not { } ns || grant.On(ns.Namespace) is not { } granted) continue;
            onNamespace?.Invoke(ns.Namespace);
            foreach (WalkStep<GroupFolder> found in query.Groups.Count > 0
                ? Named(ns)
                : _walk.Run(ns, query.Types, IsWanted))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Filter(found, ns.Namespace, granted) is { } chosen) yield return chosen;
            }
        }

        foreach (string id in _unmet.Order(StringComparer.Ordinal)) yield return Missing(id, query.Namespace);
    }

    private IEnumerable<WalkStep<GroupFolder>> Named(NamespaceFolder ns)
    {
        foreach (GroupPath path in query.Groups)
        {
            if (!IsWanted(path.Id) || (query.Types.Count > 0 && !query.Types.Contains(path.Type))) continue;
            yield return Named(ns, path);
        }
    }

    private WalkStep<GroupFolder> Named(NamespaceFolder ns, GroupPath path)
    {
        try
        {
            return _walk.Open(ns, path);
        }
        catch (PbsException e)
        {
            return new ListingProblem(e.ErrorId, e.Message, path.ToString(), ListingProblemKind.Error, e);
        }
    }

    private bool IsWanted(string id)
    {
        if (query.Ids.Count == 0) return true;
        foreach (NameFilter filter in query.Ids)
        {
            if (filter.Matches(id)) return true;
        }

        return false;
    }

    /// <summary>
    /// Returns null for a group that the caller may not see. Groups that are not returned are closed.
    /// </summary>
    private WalkStep<GroupFolder>? Filter(WalkStep<GroupFolder> found, BackupNamespace ns, NamespaceAccess granted)
    {
        if (found.Problem is { } problem && !grant.IsTold(problem, ns)) return null;
        if (found.Item is not { } group) return found;

        // A caller limited to its own groups learns nothing of a group without an owner.
        bool isVisible = grant.Admits(granted, group.Owner);
        if (isVisible) _unmet.Remove(group.Path.Id);
        if (isVisible && group.Owner is null && !query.Force)
        {
            group.Dispose();
            return group.OwnerProblem();
        }

        if (isVisible && IsOwnerWanted(group.Owner)) return found;
        group.Dispose();

        // A named group gets the same answer whether it does not exist or belongs to another owner.
        if (isVisible || query.Groups.Count == 0) return null;
        return Missing(group.Path.ToString(), ns);
    }

    private ListingProblem Missing(string what, BackupNamespace ns)
    {
        var missing = new PbsNotFoundException(
            PbsErrorId.GroupNotFound,
            $"there is no group '{what}' in {grant.Datastore.Describe(ns)}",
            what);
        return new ListingProblem(missing.ErrorId, missing.Message, what, ListingProblemKind.Error, missing);
    }

    private bool IsOwnerWanted(Authid? owner) =>
        query.Owners.Count == 0 || query.HasOwner(owner?.ToString());
}
