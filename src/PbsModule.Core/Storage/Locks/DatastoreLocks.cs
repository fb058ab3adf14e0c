using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Locks;

/// <summary>
/// Takes the locks of one datastore as PBS takes them. Group, snapshot and manifest are locked in the form of 3.2.4
/// (the folder; a file for the manifest) and in that of 4.x (a file with an escaped name), so that every version
/// respects them; without a run directory the folder's alone is left. Who needs several takes them in the order group,
/// snapshot, manifest. Where PBS cannot run there is nothing to lock against: see <see cref="LockEnvironment"/>.
/// </summary>
/// <param name="storePath">Full path of the datastore.</param>
/// <param name="storeName">The name it is registered under; null for a store opened by path, which has no lock
/// files.</param>
/// <param name="runRoot">PBS's run directory, which need not exist.</param>
/// <param name="mutations">The seam.</param>
/// <param name="time">Measures time limits.</param>
/// <param name="scheme">The scheme of the server; unknown where its locks cannot be seen.</param>
internal sealed class DatastoreLocks(
    string storePath,
    string? storeName,
    string runRoot,
    IFileMutations mutations,
    TimeProvider time,
    LockScheme scheme = LockScheme.Unknown)
{
    private const int StoreLockMode = 0x1A4; // 0644
    private const string SnapshotWord = "snapshot";

    private static readonly TimeSpan ManifestLimit = TimeSpan.FromSeconds(5);

    /// <summary>The scheme of the server. Locks are taken in both, whatever it is.</summary>
    public LockScheme Scheme { get; } = scheme;

    private readonly LockPaths? _paths =
        storeName is not null && Directory.Exists(runRoot) ? new LockPaths(runRoot, storeName) : null;

    private readonly Lazy<FileOwner?> _owner = new(() => FileOwner.ForNewFilesIn(runRoot, orBackup: true));

    /// <summary>
    /// The store's own lock: shared for whoever adds chunks or references to them, exclusive for garbage collection.
    /// </summary>
    /// <exception cref="PbsLockedException">Held by somebody else; PBS never waits for it.</exception>
    /// <exception cref="PbsStorageException">The lock file cannot be opened.</exception>
    public HeldLock Store(LockMode mode)
    {
        var held = new HeldLock();
        if (!NativeCode.HasLinux) return held;
        string path = Path.Combine(storePath, Datastore.LockFile);
        try
        {
            FileLock? taken = FileLock.TryTakeRecord(OpenStoreLock(path), path, mode);
            if (taken is null) throw LockFailure.StoreBusy(storePath, mode);
            held.Add(taken);
            return held;
        }
        catch (OsErrorException e)
        {
            throw LockFailure.Of(e, $"unable to get {LockFailure.Name(mode)} lock", path);
        }
    }

    /// <summary>A backup group. Not waited for: a backup in progress holds it for hours.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="group">Type and id.</param>
    /// <param name="folder">Full path of its folder.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <param name="whenBusy">What it means that somebody holds it: <c>possible running backup</c>.</param>
    /// <param name="opened">The group's folder, where it is open: then that one is locked, if the path still leads to
    /// it.</param>
    /// <exception cref="PbsLockedException">Held by somebody else.</exception>
    /// <exception cref="PbsStorageException">The folder cannot be opened, or the lock file not made.</exception>
    public HeldLock Group(
        BackupNamespace ns,
        GroupPath group,
        string folder,
        LockMode mode,
        string whenBusy,
        Folder? opened = null) =>
        Both("backup group", PbsErrorId.GroupLocked, folder, opened, _paths?.Group(ns, group), mode, whenBusy);

    /// <summary>A snapshot. Not waited for.</summary>
    /// <param name="snapshot">Which.</param>
    /// <param name="folder">Full path of its folder.</param>
    /// <param name="mode">Shared for who reads it, exclusive for who protects or deletes it.</param>
    /// <param name="whenBusy">What it means that somebody holds it: <c>possibly running or in use</c>.</param>
    /// <param name="opened">As for a group.</param>
    /// <exception cref="PbsLockedException">Held by somebody else.</exception>
    /// <exception cref="PbsStorageException">The folder cannot be opened, or the lock file not made.</exception>
    public HeldLock Snapshot(
        SnapshotPath snapshot,
        string folder,
        LockMode mode,
        string whenBusy,
        Folder? opened = null) =>
        Both(SnapshotWord, PbsErrorId.SnapshotLocked, folder, opened, _paths?.Snapshot(snapshot), mode, whenBusy);

    /// <summary>
    /// A snapshot that is only read, shared, in both forms. A form that this account, file system or machine does not
    /// allow is left out: a backup that can be read must be readable.
    /// </summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="folder">Full path of its folder.</param>
    /// <param name="whenBusy">What an exclusive holder means.</param>
    /// <param name="leftOut">Receives the reason for each form that is left out.</param>
    /// <exception cref="PbsLockedException">Held exclusively by another process or session.</exception>
    /// <exception cref="PbsStorageException">The folder is not there, or another failure.</exception>
    public HeldLock SnapshotToRead(SnapshotPath snapshot, string folder, string whenBusy, List<PbsException> leftOut)
    {
        var held = new HeldLock();
        if (!NativeCode.HasLinux)
        {
            leftOut.Add(
                new PbsPlatformException(
                    PbsErrorId.LocksNotVisible,
                    "the locks of a Proxmox Backup Server cannot be taken on this system"));
            return held;
        }

        try
        {
            UnlessImpossible(
                leftOut,
                () =>
                    held.Add(
                        TakeFolder(SnapshotWord, PbsErrorId.SnapshotLocked, folder, null, LockMode.Shared, whenBusy)));
            if (_paths?.Snapshot(snapshot) is { } lockFile)
            {
                UnlessImpossible(
                    leftOut,
                    () =>
                        AddLockFile(
                            held,
                            SnapshotWord,
                            PbsErrorId.SnapshotLocked,
                            folder,
                            lockFile,
                            LockMode.Shared,
                            whenBusy));
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>As above, for a snapshot whose folder is open: that is locked itself, until it is closed.</summary>
    /// <param name="group">Its group, open.</param>
    /// <param name="time">Its folder's name.</param>
    /// <param name="folder">Its folder, opened by that name.</param>
    /// <param name="whenBusy">What an exclusive holder means.</param>
    /// <param name="leftOut">Receives the reason for each form that is left out.</param>
    /// <inheritdoc cref="SnapshotToRead(SnapshotPath, string, string, List{PbsException})" path="/exception"/>
    public HeldLock SnapshotToRead(
        GroupFolder group,
        TimeFolder time,
        Folder folder,
        string whenBusy,
        List<PbsException> leftOut)
    {
        string path = new SnapshotPlace(group, time).Path;
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        if (!NativeCode.HasLinux || folder.Lock(LockMode.Shared) is not { } errno)
        {
            return SnapshotToRead(snapshot, path, whenBusy, leftOut);
        }

        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        if (errno == 0 && !group.Folder.LeadsTo(name[..time.WriteName(name)], folder)) errno = OsError.ENOENT;
        var held = new HeldLock();
        UnlessImpossible(leftOut, () =>
        {
            if (errno != 0) throw FolderNotLocked(SnapshotWord, PbsErrorId.SnapshotLocked, path, errno, whenBusy);
        });
        if (_paths?.Snapshot(snapshot) is not { } lockFile) return held;
        UnlessImpossible(leftOut, () => AddLockFile(
            held,
            SnapshotWord,
            PbsErrorId.SnapshotLocked,
            path,
            lockFile,
            LockMode.Shared,
            whenBusy));
        return held;
    }

    /// <summary>
    /// A snapshot whose folder is open: that is locked itself, until it is closed, and need not be opened once more.
    /// </summary>
    /// <param name="group">Its group, open.</param>
    /// <param name="time">Its folder's name.</param>
    /// <param name="folder">Its folder, opened by that name.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <param name="whenBusy">What it means that somebody holds it.</param>
    /// <returns>What is held beside the folder.</returns>
    /// <inheritdoc cref="Snapshot(SnapshotPath, string, LockMode, string, Folder?)" path="/exception"/>
    public HeldLock Snapshot(GroupFolder group, TimeFolder time, Folder folder, LockMode mode, string whenBusy)
    {
        var place = new SnapshotPlace(group, time);
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        if (!NativeCode.HasLinux || folder.Lock(mode) is not { } errno)
        {
            return Snapshot(snapshot, place.Path, mode, whenBusy);
        }

        if (errno == 0)
        {
            Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
            if (!group.Folder.LeadsTo(name[..time.WriteName(name)], folder)) errno = OsError.ENOENT;
        }

        if (errno != 0) throw FolderNotLocked(SnapshotWord, PbsErrorId.SnapshotLocked, place.Path, errno, whenBusy);
        var held = new HeldLock();
        if (_paths is not null)
        {
            AddLockFile(
                held,
                SnapshotWord,
                PbsErrorId.SnapshotLocked,
                place.Path,
                _paths.Snapshot(snapshot),
                mode,
                whenBusy);
        }

        return held;
    }

    /// <summary>The manifest of a snapshot, exclusive, waited for 5 s.</summary>
    /// <exception cref="PbsLockedException">Held by somebody else all the time.</exception>
    /// <exception cref="PbsStorageException">The lock file cannot be made, or the manifest not opened.</exception>
    public HeldLock Manifest(SnapshotPath snapshot, string folder, CancellationToken cancellation)
    {
        var held = new HeldLock();
        if (!NativeCode.HasLinux) return held;
        var wait = new LockWait(ManifestLimit, time, cancellation);
        string at = "";
        try
        {
            if (_paths is null)
            {
                held.Add(TakeManifestItself(at =
                    Path.Combine(folder, ManifestBlob.FileName), wait)
                        ?? throw LockFailure.ManifestBusy(at, ManifestLimit));
                return held;
            }

            foreach (string path in new[] { _paths.ManifestBefore4(snapshot), _paths.Manifest(snapshot) })
            {
                held.Add(
                    TakeLockFile(at = path, LockMode.Exclusive, wait)
                        ?? throw LockFailure.ManifestBusy(path, ManifestLimit),
                    _paths.RunRoot);
            }

            return held;
        }
        catch (Exception e)
        {
            held.Dispose();
            if (e is OsErrorException os) throw LockFailure.Of(os, $"unable to acquire manifest lock \"{at}\"", at);
            throw;
        }
    }

    private static void UnlessImpossible(List<PbsException> leftOut, Action take)
    {
        try
        {
            take();
        }
        catch (PbsException e) when (e.InnerException is OsErrorException { Errno: var errno } && IsImpossible(errno))
        {
            leftOut.Add(e);
        }
    }

    private static bool IsImpossible(int errno) =>
        errno is OsError.EACCES or OsError.EPERM or OsError.EROFS or OsError.ENOLCK or OsError.EOPNOTSUPP
            or OsError.ENOSYS;

    private HeldLock Both(
        string what,
        string errorId,
        string folder,
        Folder? opened,
        string? lockFile,
        LockMode mode,
        string whenBusy)
    {
        var held = new HeldLock();
        if (!NativeCode.HasLinux) return held;
        try
        {
            held.Add(TakeFolder(what, errorId, folder, opened, mode, whenBusy));
            if (lockFile is not null) AddLockFile(held, what, errorId, folder, lockFile, mode, whenBusy);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private void AddLockFile(
        HeldLock held,
        string what,
        string errorId,
        string folder,
        string lockFile,
        LockMode mode,
        string whenBusy)
    {
        string failure = $"unable to acquire {(mode == LockMode.Shared ? "shared " : "")}{what} lock \"{lockFile}\"";
        try
        {
            held.Add(TakeLockFile(lockFile, mode, LockWait.None)
                ?? throw new PbsLockedException(errorId, $"{failure} - {whenBusy}", folder), _paths!.RunRoot);
        }
        catch (OsErrorException e)
        {
            throw LockFailure.Of(e, failure, lockFile);
        }
    }

    private static PbsException FolderNotLocked(string what, string errorId, string folder, int errno, string whenBusy)
    {
        string failure = $"unable to acquire lock on {what} directory \"{folder}\"";
        return errno == OsError.EAGAIN ? new PbsLockedException(errorId, $"{failure} - {whenBusy}", folder)
            : LockFailure.Of(new OsErrorException(errno, folder), failure, folder);
    }

    private static FileLock TakeFolder(
        string what,
        string errorId,
        string folder,
        Folder? opened,
        LockMode mode,
        string whenBusy)
    {
        int errno;
        SafeFileHandle? file = opened is { Descriptor: >= 0 }
            ? NativeFile.TryReopen(opened, out errno)
            : NativeFile.TryOpen(folder, LibC.ORdOnly | LibC.ODirectory, out errno);
        if (file is null) throw LockFailure.Of(new OsErrorException(errno, folder),
            $"unable to open {what} directory \"{folder}\" for locking", folder);
        try
        {
            FileLock taken = FileLock.TryTake(file, folder, mode)
                ?? throw FolderNotLocked(what, errorId, folder, OsError.EAGAIN, whenBusy);
            if (taken.IsStillAtPath()) return taken;
            taken.Dispose();
            throw new OsErrorException(OsError.ENOENT, folder);
        }
        catch (OsErrorException e)
        {
            throw FolderNotLocked(what, errorId, folder, e.Errno, whenBusy);
        }
    }

    /// <summary>
    /// Without a run directory no lock file of PBS's is in use. A record lock on the manifest itself keeps our own
    /// processes apart; the file is replaced, not changed, so the lock counts only while it is still the manifest.
    /// </summary>
    private static FileLock? TakeManifestItself(string path, LockWait wait)
    {
        FileLock? taken = null;
        wait.Until(() =>
        {
            SafeFileHandle file = NativeFile.TryOpen(path, LibC.ORdWr | LibC.ONoFollow, out int errno)
                ?? throw new OsErrorException(errno, path);
            taken = FileLock.TryTakeRecord(file, path, LockMode.Exclusive);
            if (taken is null || taken.IsStillAtPath()) return taken is not null;
            taken.Dispose();
            taken = null;
            return false;
        });
        return taken;
    }

    private FileLock? TakeLockFile(string path, LockMode mode, LockWait wait) =>
        LockFile.TryTake(mutations, path, mode, _owner.Value, wait, below: _paths!.RunRoot);

    private SafeFileHandle OpenStoreLock(string path)
    {
        const int flags = LibC.ORdWr;
        if (NativeFile.TryOpen(path, flags, out int errno) is { } file) return file;
        if (errno != OsError.ENOENT) throw new OsErrorException(errno, path);
        OwnedPath.TryCreateFile(
            mutations,
            path,
            StoreLockMode,
            FileOwner.ForNewFilesIn(Path.Combine(storePath, Datastore.ChunkFolder)));
        return NativeFile.TryOpen(path, flags, out errno) ?? throw new OsErrorException(errno, path);
    }
}
