using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// A lock on an open file or folder, held until it is disposed. Locks are taken only on Linux, because PBS runs only
/// there and its locks are visible only there. Each lock has its own handle, so two runspaces of one process exclude
/// each other as two processes do.
/// </summary>
internal sealed class FileLock : IDisposable
{
    // To the kernel, length 0 means up to the end of the file, even if the file grows.
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

    /// <summary>Creates a lock from a handle whose opening took the lock, as on other platforms.</summary>
    public static FileLock Adopt(SafeFileHandle file, string path) => new(file, path, null);

    /// <summary>Takes a <c>flock</c> lock on a file or folder. Returns null if another holder has it.</summary>
    /// <param name="file">
    /// A handle opened in any mode. The lock takes ownership. If the lock cannot be taken, the handle is closed.
    /// </param>
    /// <param name="path">The path for messages and <see cref="IsStillAtPath"/>.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <exception cref="OsErrorException">The file system does not support locks, or locking failed.</exception>
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
    /// Takes a record lock on a complete file. It belongs to the open file description: it conflicts with PBS's own
    /// record locks, also within one process, and stays when other handles are closed. Returns null if another holder
    /// has it.
    /// </summary>
    /// <param name="file">
    /// A handle opened for reading (shared) or writing (exclusive). The lock takes ownership as in
    /// <see cref="TryTake"/>.
    /// </param>
    /// <param name="path">The path for messages.</param>
    /// <param name="mode">Shared or exclusive.</param>
    /// <exception cref="OsErrorException">The file system does not support locks, or locking failed.</exception>
    public static FileLock? TryTakeRecord(SafeFileHandle file, string path, LockMode mode) =>
        TryTakeRecord(file, path, mode, WholeFile);

    /// <summary>Takes a record lock on a part of a file. The part may extend past the end of the file.</summary>
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

    /// <summary>Whether no record lock conflicts with an exclusive one. Takes no lock.</summary>
    /// <exception cref="OsErrorException">The file system does not support locks, or the query failed.</exception>
    public static bool IsRecordFree(SafeFileHandle file, string path, (long Start, long Length)? range = null)
    {
        int errno = Record(file, LibC.OfdGetLock, LibC.RecordWriteLock, range ?? WholeFile, out short found);
        return errno == 0 ? found == LibC.RecordUnlock : throw new OsErrorException(errno, path);
    }

    /// <summary>
    /// Whether the path still leads to the locked file. Holders delete lock files, so the locked file may no longer be
    /// at its path. Such a lock has no effect.
    /// </summary>
    public bool IsStillAtPath() => FileStatus.Of(File, Path).IsSameFile(FileStatus.TryOf(Path, out _));

    /// <summary>
    /// Releases the lock explicitly instead of only closing the handle. A child process that is being started has a
    /// copy of the handle until it runs its program, and would hold the lock until then.
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
