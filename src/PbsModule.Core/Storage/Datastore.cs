using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>A datastore as it lies on disk. Holds nothing open; reading it writes nothing.</summary>
internal sealed class Datastore
{
    public const string ChunkFolder = ".chunks";
    public const string LockFile = ".lock";
    public const string NamespaceFolder = "ns";

    private Datastore(string path, string name, FolderAccess access)
    {
        Path = path;
        Name = name;
        Access = access;
    }

    /// <summary>Full path of its folder.</summary>
    public string Path { get; }

    /// <summary>How messages call it: its registered name, or its path.</summary>
    public string Name { get; }

    /// <summary>The way its folders are opened.</summary>
    public FolderAccess Access { get; }

    /// <param name="path">Full path; its last symbolic link is followed.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="access">The way folders are opened.</param>
    /// <exception cref="PbsNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="PbsArgumentException">What is there is no datastore.</exception>
    /// <exception cref="PbsPermissionException">The system does not let us look.</exception>
    /// <exception cref="PbsStorageException">It cannot be read for another reason.</exception>
    public static Datastore Open(string path, string name, FolderAccess access)
    {
        var store = new Datastore(path, name, access);
        using Folder root = store.OpenRoot();
        int error = root.KindOf(".chunks"u8, out EntryKind kind);
        if (error == OsError.EACCES) throw store.Unreadable(error);
        if (error != 0 || kind is not (EntryKind.Folder or EntryKind.Link))
        {
            string reason = OsError.Describe(error == 0 ? OsError.ENOTDIR : error);
            throw new PbsArgumentException(PbsErrorId.DatastorePathInvalid,
                $"{PathText.Quote(path)} is not a datastore: unable to open chunk store '{name}' at {PathText.Quote(System.IO.Path.Combine(path, ChunkFolder))} - {reason}",
                path)
            {
                RecommendedAction = store.Advice(),
            };
        }

        return store;
    }

    /// <summary>The folder of the store, open.</summary>
    /// <exception cref="PbsException">As for <see cref="Open"/>.</exception>
    public Folder OpenRoot()
    {
        int error = Access.Open(Path, out Folder? root);
        return error switch
        {
            0 => root!,
            OsError.ENOENT => throw NotFound(Path),
            OsError.ENOTDIR =>
                throw new PbsArgumentException(
                    PbsErrorId.DatastorePathInvalid,
                    $"{PathText.Quote(Path)} is not a datastore - {OsError.Describe(error)}",
                    Path)
                {
                    RecommendedAction = Advice(),
                },
            _ => throw Unreadable(error),
        };
    }

    /// <summary>The answer about a path where there is nothing, or nothing that the caller may know of.</summary>
    public static PbsNotFoundException NotFound(string path) => new(
        PbsErrorId.DatastoreNotFound,
        $"there is no datastore at {PathText.Quote(path)} - {OsError.Describe(OsError.ENOENT)}",
        path);

    /// <summary>Full path of something in the store.</summary>
    /// <param name="relative">With '/', for instance <c>ns/a/vm/100</c>; empty for the store itself.</param>
    public string PathOf(string relative) =>
        relative.Length == 0
            ? Path
            : System.IO.Path.Combine(Path, relative.Replace('/', System.IO.Path.DirectorySeparatorChar));

    public string PathOf(BackupNamespace ns) => PathOf(ns.DiskPath);

    /// <summary>PBS's name of a namespace in its log lines.</summary>
    public string Describe(BackupNamespace ns) => Describe(Name, ns);

    /// <inheritdoc cref="Describe(BackupNamespace)"/>
    public static string Describe(string name, BackupNamespace ns) =>
        ns.IsRoot ? $"datastore '{name}', root namespace" : $"datastore '{name}', namespace '{ns}'";

    // Of a registered store nothing is told but what its own name says: who asks may not know of what lies around it.
    private string? Advice() => Name == Path ? new DatastoreSurroundings(Access).AdviceAbout(Path) : null;

    private PbsException Unreadable(int error)
    {
        string message = $"unable to open datastore {PathText.Quote(Path)} - {OsError.Describe(error)}";
        return error is OsError.EACCES or OsError.EPERM
            ? new PbsPermissionException(PbsErrorId.DirectoryUnreadable, message, Path)
            {
                RecommendedAction = OsErrorException.WhoMayRead,
            }
            : new PbsStorageException(PbsErrorId.DirectoryUnreadable, message, Path, new OsErrorException(error, Path));
    }
}
