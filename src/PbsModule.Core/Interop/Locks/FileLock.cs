using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// A lock on an open file or folder, held until it is disposed. Taking one is for Linux only: PBS runs nowhere else,
/// and its locks can be seen nowhere else. The handle is our own, so two runspaces of one process keep each other out
/// as two processes do.
/// </summary>
internal sealed class FileLock : IDisposable
{
    // The kernel reads length 0 as: to the end, wherever that will be.
    private static readonly (long Start, long Length) WholeFile = (0, 0);

    private readonly Action<SafeFileHandle>? _unlock;

    private FileLock(SafeFileHandle file, string path, Action<SafeFileHandle>? unlock)
    {
        File = file;
        Path = path;
        _unlock = unlock;
    }

    public SafeFileHandle File { get; }

    public string Path { get; }

    /// <summary>A handle whose opening was the locking: other platforms do it so.</summary>
    public static FileLock Adopt(SafeFileHandle file, string path) => new(file, path, null);

    /// <summary>The lock that <c>flock</c> takes, on a file or folder; null if somebody else holds it.</summary>
    /// <param name="file">Open in any way; from now on the lock's, and closed here when it is not to be had.</param>
    /// <param name="path">For messages and <see cref="IsStillAtPath"/>.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <exception cref="OsErrorException">The file system refuses locks.</exception>
    public static FileLock? TryTake(SafeFileHandle file, string path, LockMode mode)
    {
        int operation = (mode == LockMode.Shared ? LibC.LockShared : LibC.LockExclusive) | LibC.LockNonBlocking;
        while (LibC.FLock(file, operation) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == OsError.EINTR) continue;
            file.Dispose();
            return errno == OsError.EAGAIN ? null : throw new OsErrorException(errno, path);
        }

        return new FileLock(file, path, static locked => LibC.FLock(locked, LibC.LockNone));
    }

    /// <summary>
    /// The record lock on a whole file that belongs to the open file description: it conflicts with PBS's own record
    /// locks, also inside one process, and survives the closing of other handles. Null if somebody else holds it.
    /// </summary>
    /// <param name="file">Open for reading (shared) or writing (exclusive); taken over as by
    /// <see cref="TryTake"/>.</param>
    /// <param name="path">For messages.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <exception cref="OsErrorException">The file system refuses locks.</exception>
    public static FileLock? TryTakeRecord(SafeFileHandle file, string path, LockMode mode) =>
        TryTakeRecord(file, path, mode, WholeFile);

    /// <summary>As above, of a part of a file, which need not reach that far.</summary>
    public static FileLock? TryTakeRecord(
        SafeFileHandle file,
        string path,
        LockMode mode,
        (long Start, long Length) range)
    {
        int errno = Record(file, LibC.OfdSetLock, mode == LockMode.Shared
            ? LibC.RecordReadLock
            : LibC.RecordWriteLock, range, out _);
        if (errno == 0)
        {
            return new FileLock(file, path, locked => Record(locked, LibC.OfdSetLock, LibC.RecordUnlock, range, out _));
        }

        file.Dispose();
        return errno is OsError.EAGAIN or OsError.EACCES ? null : throw new OsErrorException(errno, path);
    }

    /// <summary>True if nobody holds a record lock that an exclusive one would meet. Takes nothing.</summary>
    /// <exception cref="OsErrorException">The file system refuses locks.</exception>
    public static bool IsRecordFree(SafeFileHandle file, string path, (long Start, long Length)? range = null)
    {
        int errno = Record(file, LibC.OfdGetLock, LibC.RecordWriteLock, range ?? WholeFile, out short found);
        return errno == 0 ? found == LibC.RecordUnlock : throw new OsErrorException(errno, path);
    }

    /// <summary>
    /// True if the path still leads to the locked file. Lock files are deleted by their holders, so one that was locked
    /// may be gone from its place, and worth nothing.
    /// </summary>
    public bool IsStillAtPath() => FileStatus.Of(File, Path).IsSameFile(FileStatus.TryOf(Path, out _));

    /// <summary>
    /// Gives the lock back by itself, not only with the handle: a process that is being started has a copy of that
    /// until it runs its program, and would hold the lock for so long.
    /// </summary>
    public void Dispose()
    {
        if (!File.IsClosed) _unlock?.Invoke(File);
        File.Dispose();
    }

    private static unsafe int Record(
        SafeFileHandle file,
        int command,
        short type,
        (long Start, long Length) part,
        out short found)
    {
        var range = new LibC.RecordLockRange { Type = type, Start = part.Start, Length = part.Length };
        int errno;
        do
        {
            errno = LibC.RecordLock(file, command, &range) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (errno == OsError.EINTR);

        found = range.Type;
        return errno;
    }
}
