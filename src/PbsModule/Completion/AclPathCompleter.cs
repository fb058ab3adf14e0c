using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;

namespace PbsModule.Completion;

/// <summary>
/// Completes ACL paths: those with entries, those known to PBS, and the datastores with their namespaces.
/// </summary>
public sealed class AclPathCompleter : PbsCompleter
{
    private static readonly string[] Known =
    [
        "/", "/access", "/access/acl", "/access/domains", "/access/openid", "/access/users", "/datastore", "/remote",
        "/system", "/system/certificates", "/system/disks", "/system/log", "/system/network", "/system/network/dns",
        "/system/network/interfaces", "/system/notifications", "/system/services", "/system/status", "/system/tasks",
        "/system/time", "/tape", "/tape/device", "/tape/job", "/tape/pool",
    ];

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Acl.List(new AclQuery(), static _ => { }).Select(entry =>
            new Candidate(entry.AclPath, $"has entries, the first: {entry}"))
            .Concat(request.Engine.Datastores.List([], static _ => { }, cancellation).SelectMany(store =>
                Below(request.Engine, store, cancellation)))
            .Concat(Known.Select(path => new Candidate(path, path)))
            .DistinctBy(candidate => candidate.Text)
            .OrderBy(candidate => candidate.Text, StringComparer.Ordinal);

    private static IEnumerable<Candidate> Below(PbsEngine engine, DatastoreInfo store, CancellationToken cancellation)
    {
        string path = $"/datastore/{store.Datastore}";
        yield return new Candidate(path, $"datastore {store.Datastore}");
        List<string> names = [];
        try
        {
            names.AddRange(engine.Namespaces.List(((IDatastoreItem)store).Store, new NamespaceQuery
            {
                Recurse = true,
            }, static _ => { }, cancellation).Select(ns => ns.Namespace));
        }
        catch (PbsModule.Core.Errors.PbsException)
        {
            // A store that is not available still has a path.
        }

        foreach (string name in names.Where(name => name.Length > 0))
        {
            yield return new Candidate($"{path}/{name}", $"namespace {name} of {store.Datastore}");
        }
    }
}
