using PbsModule.Core.Datastores;

namespace PbsModule.Cmdlets;

/// <summary>
/// Groups the inputs of a cmdlet by datastore, so that all inputs of one store are processed together.
/// </summary>
internal sealed class ByStore<T>
{
    private readonly List<(DatastoreContext Store, List<T> Items)> _places = [];

    /// <summary>The stores in the order of their first input.</summary>
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
