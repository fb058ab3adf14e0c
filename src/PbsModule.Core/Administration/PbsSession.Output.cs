using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Refuses to write a file for the user into a datastore, be it registered or not, or into a folder of a server's
    /// own files.
    /// </summary>
    /// <param name="path">Full path of the file or folder; need not exist.</param>
    /// <exception cref="PbsArgumentException">It lies there (<see cref="PbsErrorId.DestinationGuarded"/>).</exception>
    public void DemandOutside(string path) => GuardOf(Connection, null).Demand(path);

    /// <summary>
    /// The guard of everything that belongs to a server as far as it is known, and of one datastore besides.
    /// </summary>
    private static OutputGuard GuardOf(Connection connection, DatastoreContext? store)
    {
        var usual = new ConnectionOptions();
        ConnectionOptions options = connection.Options ?? usual;
        IEnumerable<string> folders = new[] { usual, options }.Distinct()
            .SelectMany(FoldersOf).Distinct();
        IEnumerable<string> stores = Registered(connection);
        return new OutputGuard(store is null ? stores : stores.Append(store.Path), folders);
    }

    private static string[] FoldersOf(ConnectionOptions options) =>
        [options.ConfigRoot, options.StateRoot, options.RunRoot, Path.Combine(options.LogRoot, "tasks")];

    private static string[] Registered(Connection connection)
    {
        try
        {
            return connection.Configuration is { } root ? [.. root.Datastores.Entries.Select(entry => entry.Path)] : [];
        }
        catch (PbsException)
        {
            // A datastore is recognised by its chunks as well.
            return [];
        }
    }
}
