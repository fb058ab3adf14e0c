using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Features.Status;

/// <summary>Resolves names and paths to datastores.</summary>
public sealed class DatastoreResolver
{
    private readonly ServiceScope _scope;

    internal DatastoreResolver(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Resolves a text to a datastore. A text with a directory separator, or that starts with '.' or '~', is a path,
    /// any other a registered name. A path of or inside a registered store resolves to that store, with its access
    /// control.
    /// </summary>
    /// <exception cref="PbsNotFoundException">
    /// The name does not exist, and the caller would be allowed to know of it.
    /// </exception>
    /// <exception cref="PbsArgumentException">
    /// The text is a name, and there is no connection to look it up in.
    /// </exception>
    public DatastoreContext Resolve(string datastore)
    {
        if (datastore.Length == 0)
        {
            throw new PbsArgumentException(
                PbsErrorId.DatastoreNameInvalid,
                "the name of the datastore is empty",
                datastore);
        }

        if (IsPath(datastore)) return ResolvePath(datastore);
        if (_scope.Connection.Configuration is null)
        {
            throw new PbsArgumentException(
                PbsErrorId.NotConnected,
                $"'{datastore}' is the name of a datastore, and there is no connection to look it up in",
                datastore)
            {
                RecommendedAction =
                    "Run Connect-PbsServer first, or name the folder of the datastore; one in the current folder is "
                        + $"./{datastore}",
            };
        }

        DatastoreConfig registered = _scope.Connection.Configuration.Datastores;
        if (registered.TryFind(datastore, out DatastoreEntry? entry)) return Registered(entry, datastore);

        // A caller who may not know of it is refused as for an existing store, at the first use.
        return IsHidden(datastore)
            ? new DatastoreContext(_scope.Connection, datastore, "", datastore)
            : throw NoSuchDatastore(datastore);
    }

    /// <summary>Resolves a path to a datastore, whatever the path looks like.</summary>
    /// <exception cref="PbsNotFoundException">
    /// The path is inside a registered store that the caller may not know of: the answer is the same as for a path that
    /// does not exist.
    /// </exception>
    public DatastoreContext ResolvePath(string path)
    {
        string full = FullPath(path);
        if (RegisteredAt(full) is not { } entry) return new DatastoreContext(_scope.Connection, null, full, full);
        if (!IsHidden(entry.Name)) return Registered(entry, entry.Path);
        throw Storage.Datastore.NotFound(full);
    }

    /// <summary>Whether <see cref="Resolve"/> takes the text for a path.</summary>
    public static bool IsPath(string datastore) => PathStyle.Current.IsPath(datastore);

    internal static string FullPath(string text)
    {
        bool isHome = text == "~"
            || text.StartsWith("~/", StringComparison.Ordinal)
            || text.StartsWith("~" + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        if (isHome) text = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + text[1..];
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(text));
    }

    private bool IsHidden(string datastore) => SafeId.IsValid(datastore)
        && _scope.Connection.Access!.Load().StatusVisibilityOf(datastore, _scope.Connection.AuthId)
            == DatastoreVisibility.Hidden;

    internal DatastoreContext Registered(DatastoreEntry entry, string text) =>
        new(_scope.Connection, entry.Name, entry.Path, text);

    /// <summary>Returns the registered store at or above a path, also through links.</summary>
    private DatastoreEntry? RegisteredAt(string path)
    {
        if (_scope.Connection.Configuration is null) return null;
        IReadOnlyList<DatastoreEntry> entries = _scope.Connection.Configuration.Datastores.Entries;
        if (entries.Count == 0) return null;
        (string Path, string RealPath, FileStatus? Status)[] stores =
            [.. entries.Select(entry => (FullPath(entry.Path), RealPathOf(entry.Path), StatusOf(entry.Path)))];
        foreach (string start in (string[])[path, RealPath.Of(path)])
        {
            for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                FileStatus? status = StatusOf(folder);
                for (int i = 0; i < stores.Length; i++)
                {
                    bool isSame = PathStyle.Current.AreSame(stores[i].Path, folder)
                        || PathStyle.Current.AreSame(stores[i].RealPath, folder);
                    if (isSame || (stores[i].Status is { } store && store.IsSameFile(status))) return entries[i];
                }
            }
        }

        return null;
    }

    // Without file numbers only the paths can be compared.
    private static string RealPathOf(string path) => NativeCode.HasLinux ? FullPath(path) : RealPath.Of(FullPath(path));

    private static FileStatus? StatusOf(string path) => NativeCode.HasLinux ? FileStatus.TryOf(path, out _) : null;

    internal static PbsNotFoundException NoSuchDatastore(string name) =>
        new(PbsErrorId.DatastoreNotFound, $"no such datastore '{name}'", name);
}
