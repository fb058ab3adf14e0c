namespace PbsModule.Completion;

/// <summary>Completes namespaces of the given datastore.</summary>
public sealed class NamespaceCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Stores(cancellation)
            .SelectMany(store => request.Engine.Namespaces.List(store, new()
            {
                Recurse = true,
            }, static _ => { }, cancellation))
            .Select(ns => new Candidate(ns.Namespace, ns.Namespace.Length == 0 ? "the root namespace" : ns.Path));
}
