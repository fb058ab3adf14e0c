using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage;

/// <summary>
/// A datastore as it lies on disk. Holds nothing open; reading it writes nothing. It remembers which folder it is:
/// where a file system was unmounted, nothing that was in it may be taken for removed.
/// </summary>
internal sealed class Datastore
{
    public const string ChunkFolder = ".chunks";
    public const string LockFile = ".lock";
    public const string NamespaceFolder = "ns";

    // Null until it was found to be a datastore.
    private FileIdentity? _identity;

    private readonly Lazy<bool> _isS3Cache;

    private Datastore(string path, string name, FolderAccess access, bool? isS3Cache, S3CacheMemo? memo)
    {
        _isS3Cache = new Lazy<bool>(() =>
            isS3Cache ?? (memo is null ? Probe() : memo.Recall(_identity ?? default, Probe)));
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

    /// <summary>
    /// Whether it is only the local cache of a bucket: an empty or missing chunk file says nothing about the chunk.
    /// </summary>
    public bool IsS3Cache => _isS3Cache.Value;

    /// <param name="path">Full path; its last symbolic link is followed.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="access">The way folders are opened.</param>
    /// <param name="isS3Cache">What the configuration says; null to look at the chunks when it matters.</param>
    /// <param name="memo">Keeps what the look has shown; null to look each time.</param>
    /// <exception cref="PbsNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="PbsArgumentException">What is there is no datastore.</exception>
    /// <exception cref="PbsPermissionException">The system does not let us look.</exception>
    /// <exception cref="PbsStorageException">It cannot be read for another reason.</exception>
    public static Datastore Open(
        string path,
        string name,
        FolderAccess access,
        bool? isS3Cache = null,
        S3CacheMemo? memo = null)
    {
        var store = new Datastore(path, name, access, isS3Cache, memo);
        using Folder root = store.OpenRoot();
        int error = root.KindOf(".chunks"u8, out EntryKind kind);
        if (error == OsError.EACCES) throw store.Unreadable(error);
        if (error != 0 || kind is not (EntryKind.Folder or EntryKind.Link))
        {
            string reason = OsError.Describe(error == 0 ? OsError.ENOTDIR : error);
            throw new PbsArgumentException(PbsErrorId.DatastorePathInvalid,
                $"{PathText.Quote(path)} is not a datastore: unable to open chunk store '{name}' at "
                    + $"{PathText.Quote(System.IO.Path.Combine(path, ChunkFolder))} - {reason}",
                path)
            {
                RecommendedAction = store.Advice(),
            };
        }

        error = root.StampOf(out FolderStamp stamp);
        if (error != 0) throw error == OsError.ENOENT ? NotFound(path) : store.Unreadable(error);
        store._identity = stamp.Identity;
        return store;
    }

    /// <summary>The folder of the store, open; the same one each time.</summary>
    /// <exception cref="PbsStorageException">It was there, and is not any more, or another one is.</exception>
    /// <exception cref="PbsException">As for <see cref="Open"/>.</exception>
    public Folder OpenRoot()
    {
        int error = Access.Open(Path, out Folder? root);
        if (_identity is not null && error is OsError.ENOENT or OsError.ENOTDIR) throw Lost(error);
        return error switch
        {
            0 => Recognised(root!),
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

    /// <summary>
    /// Why nothing that is missing in the store may be taken for removed: the store itself is not there any more. Null
    /// where it is.
    /// </summary>
    public PbsException? WhyLost()
    {
        try
        {
            OpenRoot().Dispose();
            return null;
        }
        catch (PbsException e)
        {
            return e;
        }
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

    private bool Probe() => S3CacheProbe.Recognises(Access, PathOf(ChunkFolder));

    private Folder Recognised(Folder root)
    {
        if (_identity is not { } identity) return root;
        int error = root.StampOf(out FolderStamp stamp);
        bool isSame = error == 0 && stamp.Identity == identity;

        // Where the platform does not number folders, an empty one where a disk was mounted has no chunks.
        if (isSame && identity == default) isSame = (error = root.KindOf(".chunks"u8, out _)) == 0;
        if (isSame) return root;
        root.Dispose();
        throw error is 0 or OsError.ENOENT ? Lost(0) : Unreadable(error);
    }

    private PbsStorageException Lost(int error) =>
        new(
            PbsErrorId.DatastoreUnavailable,
            $"datastore {PathText.Quote(Path)} is no longer there: it was unmounted, or another folder took its place",
            Path,
            error == 0 ? null : new OsErrorException(error, Path))
        {
            RecommendedAction = "Mount its file system again, then repeat the command.",
        };

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
