using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// What was asked to be verified, gathered by datastore: everything of one store is one run, so that chunks which snapshots share are read
/// once, and one task.
/// </summary>
internal sealed class VerifyScopes
{
    private readonly List<(DatastoreContext Store, List<VerifyScope> Scopes)> _places = [];

    /// <summary>The stores in the order they were first named.</summary>
    public IReadOnlyList<(DatastoreContext Store, List<VerifyScope> Scopes)> Places => _places;

    public void Add(DatastoreContext store, VerifyScope scope)
    {
        int at = _places.FindIndex(place => place.Store.Path == store.Path && place.Store.Name == store.Name && place.Store.Connection == store.Connection);
        if (at < 0)
        {
            at = _places.Count;
            _places.Add((store, []));
        }

        _places[at].Scopes.Add(scope);
    }

    /// <summary>What a run is about, for whoever is asked to confirm it.</summary>
    public static string Describe(DatastoreContext store, IReadOnlyList<VerifyScope> scopes) => scopes switch
    {
        [{ Group: null, Namespace.IsRoot: true }] => $"datastore {store}",
        [{ Group: null } only] => $"namespace {only.Namespace} in datastore {store}",
        [var only] => $"{only} in datastore {store}",
        _ => $"{scopes.Count} selections in datastore {store}",
    };

    /// <summary>A namespace with those below it, as far as a selection reaches.</summary>
    public static VerifyScope Of(SnapshotQuery selection, bool wholeStore) =>
        new(selection.Namespace, Depth: wholeStore || selection.Recurse ? BackupNamespace.MaxDepth : selection.Depth ?? 0);
}
