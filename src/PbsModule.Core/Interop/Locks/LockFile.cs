using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// Lock files: empty, made when first needed, mode 0660 and PBS's account, locked with <c>flock</c>. Their holder may
/// delete them, so a lock counts only while its file is still in its place.
/// </summary>
internal static class LockFile
{
    private const int Mode = 0x1B0; // 0660
    private const int FolderMode = 0x1ED; // 0755

    /// <summary>Takes the lock, or says false after the time allowed.</summary>
    /// <param name="mutations">The seam; only used when the file must be made.</param>
    /// <param name="path">The lock file.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <param name="owner">Whom a new file is given to.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="below">A folder that exists; those between it and the lock file are made when first needed. Null
    /// where the file's own exists.</param>
    /// <returns>The lock, or null if it was held all the time.</returns>
    /// <exception cref="OsErrorException">The file cannot be made, opened or locked.</exception>
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
    /// Takes a lock without making its file, for whoever only reads. The result is null where it is not to be had;
    /// <paramref name="errno"/> is then the reason (ENOENT, EACCES: nobody to wait for), or 0 if it was held all the
    /// time.
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
    /// Removes a lock file for its holder, out of the folder it was made in; a failure leaves it, which harms nobody.
    /// </summary>
    /// <param name="mutations">The seam.</param>
    /// <param name="path">The lock file.</param>
    /// <param name="below">As when it was taken.</param>
    public static void Discard(IFileMutations mutations, string path, string below)
    {
        try
        {
            using Folder folder = OpenFolder(null, below, Path.GetDirectoryName(path)!, owner: null);
            mutations.Unlink(folder, path);
        }
        catch (OsErrorException)
        {
            // See above.
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

        // As often as somebody deletes the file between our opening and our locking; each time he has been through.
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
    /// The folder of a lock file, made where it is missing if there is something to make it by. No link is followed
    /// below the one that exists: these folders belong to PBS's account, and the names in them are those of groups, so
    /// root would make files of a wanted name wherever a link leads.
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
    /// Where PBS cannot run, our own processes still keep each other out, by the sharing rules of .NET.
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
