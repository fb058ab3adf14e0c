using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// Takes locks with lock files: empty files, created when first needed, with mode 0660 and PBS's account, locked with
/// <c>flock</c>. The holder may delete its file, so a lock is valid only while the file is at its path.
/// </summary>
internal static class LockFile
{
    private const int Mode = 0x1B0; // 0660
    private const int FolderMode = 0x1ED; // 0755

    /// <summary>Takes the lock, or returns null after the allowed time.</summary>
    /// <param name="mutations">Makes all changes to disk. Used only if the file must be created.</param>
    /// <param name="path">The path of the lock file.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <param name="owner">The owner of a new file.</param>
    /// <param name="wait">The longest time to wait.</param>
    /// <param name="below">
    /// An existing folder. Missing folders between it and the lock file are created. Null if the folder of the lock
    /// file exists.
    /// </param>
    /// <returns>The lock, or null if other holders had it until the time was over.</returns>
    /// <exception cref="OsErrorException">The file cannot be created, opened or locked.</exception>
    public static FileLock? TryTake(
        IFileMutations mutations,
        string path,
        LockMode mode,
        FileOwner? owner,
        LockWait wait,
        string? below = null)
    {
        FileLock? taken = null;
        wait.Until(() => (taken = Attempt(mutations, path, mode, owner, below)) is not null);
        return taken;
    }

    /// <summary>
    /// Takes a lock without creating its file, for callers that only read. If the result is null,
    /// <paramref name="errno"/> is the reason (ENOENT and EACCES mean that waiting is pointless), or 0 if other holders
    /// had the lock until the time was over.
    /// </summary>
    public static FileLock? TryTakeExisting(string path, LockMode mode, LockWait wait, out int errno)
    {
        FileLock? taken = null;
        int failure = 0;
        bool done = wait.Until(() =>
        {
            try
            {
                taken = NativeCode.HasLinux
                    ? FileLock.TryTake(NativeFile.OpenRead(path), path, mode)
                    : OpenPortably(path, mode);
                return taken is not null;
            }
            catch (OsErrorException e)
            {
                failure = e.Errno;
                return true;
            }
        });
        errno = done ? failure : 0;
        return taken;
    }

    /// <summary>
    /// Removes a lock file for its holder from the folder in which it was created. A failure is ignored, because a
    /// leftover lock file does no harm.
    /// </summary>
    /// <param name="mutations">Makes all changes to disk.</param>
    /// <param name="path">The path of the lock file.</param>
    /// <param name="below">The same folder as when the lock was taken.</param>
    public static void Discard(IFileMutations mutations, string path, string below)
    {
        try
        {
            using Folder folder = OpenFolder(null, below, Path.GetDirectoryName(path)!, owner: null);
            mutations.Unlink(folder, path);
        }
        catch (OsErrorException)
        {
            // A leftover lock file does no harm.
        }
    }

    private static FileLock? Attempt(
        IFileMutations mutations,
        string path,
        LockMode mode,
        FileOwner? owner,
        string? below)
    {
        if (!NativeCode.HasLinux) return AttemptPortably(mutations, path, mode);

        // Repeats when a holder deleted the file between the opening and the locking here.
        const int tries = 16;
        for (int i = 0; i < tries; i++)
        {
            SafeFileHandle? file = NativeFile.TryOpen(path, LibC.ORdWr | LibC.ONoFollow, out int errno);
            if (file is null && errno != OsError.ENOENT) throw new OsErrorException(errno, path);
            if (file is null)
            {
                Create(mutations, path, owner, below);
                continue;
            }

            FileLock? taken = FileLock.TryTake(file, path, mode);
            if (taken is null || taken.IsStillAtPath()) return taken;
            taken.Dispose();
        }

        return null;
    }

    private static void Create(IFileMutations mutations, string path, FileOwner? owner, string? below)
    {
        using Folder? folder = below is null ? null : OpenFolder(mutations, below, Path.GetDirectoryName(path)!, owner);
        OwnedPath.TryCreateFile(mutations, folder is null ? path : NativeFile.PathIn(folder, path), Mode, owner);
    }

    /// <summary>
    /// Opens the folder of a lock file. Creates missing folders if <paramref name="mutations"/> is given. Follows no
    /// link below the existing folder: these folders belong to PBS's account and contain names of groups, so a link
    /// could make root create files with chosen names anywhere.
    /// </summary>
    private static Folder OpenFolder(IFileMutations? mutations, string below, string path, FileOwner? owner)
    {
        int error = FolderAccess.Default.Open(below, out Folder? folder);
        if (error != 0) throw new OsErrorException(error, below);
        string at = below;
        try
        {
            foreach (string name in Path.GetRelativePath(below, path).Split(Path.DirectorySeparatorChar))
            {
                at = Path.Combine(at, name);
                byte[] bytes = Encoding.UTF8.GetBytes(name);
                Folder? child = null;
                error = folder!.OpenFolder(bytes, ref child);
                if (error == OsError.ENOENT && mutations is not null)
                {
                    string place = NativeFile.PathIn(folder, at);
                    OwnedPath.EnsureDirectory(mutations, Path.GetDirectoryName(place)!, place, FolderMode, owner);
                    error = folder.OpenFolder(bytes, ref child);
                }

                if (error != 0) throw new OsErrorException(error, at);
                folder.Dispose();
                folder = child;
            }

            return folder!;
        }
        catch
        {
            folder!.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes a lock by the file sharing rules of .NET where PBS cannot run. Processes of this module still exclude each
    /// other.
    /// </summary>
    private static FileLock? AttemptPortably(IFileMutations mutations, string path, LockMode mode)
    {
        OwnedPath.TryCreateFile(mutations, path, Mode, owner: null);
        return OpenPortably(path, mode);
    }

    private static FileLock? OpenPortably(string path, LockMode mode)
    {
        try
        {
            SafeFileHandle file = mode == LockMode.Shared
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)
                : File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return FileLock.Adopt(file, path);
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            return errno == OsError.EAGAIN ? null : throw new OsErrorException(errno, path);
        }
    }
}
