using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a caller can ask for. A session holds nothing but its connection; the objects it returns lead back to their
/// store by themselves. Sequences are lazy: problems are reported on the thread that enumerates, inside of MoveNext,
/// and ending the enumeration early stops all work behind it.
/// </summary>
public sealed partial class PbsSession(Connection connection)
{
    private readonly Gate _gate = new(connection);

    public Connection Connection => _gate.Connection;

    /// <summary>
    /// The datastore a text means: a text with a directory separator, or that starts with '.' or '~', is a path, any other a
    /// registered name. A path that is or lies inside a registered store is that store.
    /// </summary>
    /// <exception cref="PbsNotFoundException">No such name, or nothing at that path.</exception>
    /// <exception cref="PbsArgumentException">The folder is no datastore.</exception>
    public DatastoreContext Resolve(string datastore)
    {
        if (!IsPath(datastore))
        {
            throw Connection.Options is null
                ? new PbsArgumentException(PbsErrorId.NotConnected, $"'{datastore}' is the name of a datastore, and there is no connection to look it up in", datastore)
                : new PbsNotFoundException(PbsErrorId.DatastoreNotFound, $"no such datastore '{datastore}'", datastore);
        }

        string path = FullPath(datastore);
        return new DatastoreContext(Connection, null, path, path);
    }

    /// <summary>True when <see cref="Resolve"/> takes the text for a path.</summary>
    public static bool IsPath(string datastore) =>
        datastore.StartsWith('.') || datastore.StartsWith('~') || datastore.Contains('/') || datastore.Contains(Path.DirectorySeparatorChar);

    private static string FullPath(string text)
    {
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal)) text = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + text[1..];
        string full = Path.GetFullPath(text);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }
}
