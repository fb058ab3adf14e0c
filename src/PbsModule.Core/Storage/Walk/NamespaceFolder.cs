using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>
/// An open folder of a namespace. Belongs to the walk that found it, which closes it when it goes on.
/// </summary>
internal sealed class NamespaceFolder(Datastore store, BackupNamespace ns, Folder folder) : IDisposable
{
    public Datastore Store { get; } = store;

    public BackupNamespace Namespace { get; } = ns;

    public Folder Folder { get; } = folder;

    public string Path => Store.PathOf(Namespace);

    /// <summary>Opens the folder of a namespace, no link followed below the store.</summary>
    /// <exception cref="PbsNotFoundException">It is not there.</exception>
    /// <exception cref="PbsConflictException">A symbolic link stands in the way.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static NamespaceFolder Open(Datastore store, BackupNamespace ns)
    {
        Folder folder = store.OpenRoot();
        try
        {
            foreach (string component in ns.Components)
            {
                Descend(ref folder, Datastore.NamespaceFolder, store, ns);
                Descend(ref folder, component, store, ns);
            }

            return new NamespaceFolder(store, ns, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => Folder.Dispose();

    private static void Descend(ref Folder folder, string name, Datastore store, BackupNamespace ns)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(name);
        Folder? child = null;
        int error = folder.OpenFolder(bytes, ref child);
        if (error == 0 && !folder.IsSpelled(bytes))
        {
            child!.Dispose();
            error = OsError.ENOENT;
        }

        if (error != 0) throw Refused(error, folder, bytes, store, ns);
        folder.Dispose();
        folder = child!;
    }

    private static PbsException Refused(int error, Folder parent, byte[] name, Datastore store, BackupNamespace ns)
    {
        string path = store.PathOf(ns);
        if (error is OsError.ENOTDIR or OsError.ELOOP
            && parent.KindOf(name, out EntryKind kind) == 0
            && kind == EntryKind.Link)
        {
            return new PbsConflictException(
                PbsErrorId.SymbolicLinkRefused,
                WalkProblem.Link(path, "namespace").Message,
                path);
        }

        return error is OsError.ENOENT or OsError.ENOTDIR
            ? store.WhyLost() ?? new PbsNotFoundException(
                PbsErrorId.NamespaceNotFound,
                $"there is no namespace '{ns}' in datastore '{store.Name}'",
                ns.Text)
            : WalkProblem.Unreadable(error, path)!.Exception!;
    }
}
