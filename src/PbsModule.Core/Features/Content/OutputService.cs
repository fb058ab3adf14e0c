using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Features.Content;

/// <summary>Keeps output files out of datastores.</summary>
public sealed class OutputService
{
    private readonly ServiceScope _scope;

    internal OutputService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Refuses an output path inside a datastore, registered or not, or inside a folder of a server's own files.
    /// </summary>
    /// <param name="path">Full path of the file or folder; it need not exist.</param>
    /// <exception cref="PbsArgumentException">
    /// The path is inside such a folder (<see cref="PbsErrorId.DestinationGuarded"/>).
    /// </exception>
    public void DemandOutside(string path) => GuardOf(_scope.Connection, null).Demand(path);

    /// <summary>Makes a guard for all known files of a server, and for one more datastore.</summary>
    internal static OutputGuard GuardOf(Connection connection, DatastoreContext? store)
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
            // An unregistered datastore is still recognised by its chunk folder.
            return [];
        }
    }
}
