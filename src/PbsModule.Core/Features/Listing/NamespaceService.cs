using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>Lists namespaces.</summary>
public sealed class NamespaceService
{
    private readonly ServiceScope _scope;

    internal NamespaceService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the query's namespace and those below, in pre-order, names in ordinal order. Without Recurse and Depth:
    /// the namespace and its children.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The namespace does not exist.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public IEnumerable<NamespaceInfo> List(
        DatastoreContext store,
        NamespaceQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.EnterBelow(Entries.ListNamespaces, store, query.Namespace, query.DepthOr(1));
        foreach (NamespaceStep step in NamespaceWalk.Run(grant.Datastore, query.Namespace, query.DepthOr(1)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.Problem is not null && grant.IsTold(step.Problem, step.Place)) onProblem(step.Problem);
            if (step.Item is { } ns && grant.On(ns.Namespace) is not null)
            {
                yield return new NamespaceInfo(store, ns.Namespace);
            }
        }
    }
}
