using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// What the inputs of a cmdlet name, gathered by datastore: what is in one store is then one piece of work.
/// </summary>
internal sealed class ByStore<T>
{
    private readonly List<(DatastoreContext Store, List<T> Items)> _places = [];

    /// <summary>The stores in the order they were first named.</summary>
    public IReadOnlyList<(DatastoreContext Store, List<T> Items)> Places => _places;

    public void Add(DatastoreContext store, params IEnumerable<T> items)
    {
        int at = _places.FindIndex(place => place.Store.Path == store.Path
            && place.Store.Name == store.Name
            && place.Store.Connection == store.Connection);
        if (at < 0)
        {
            at = _places.Count;
            _places.Add((store, []));
        }

        _places[at].Items.AddRange(items);
    }
}
