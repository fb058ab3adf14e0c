using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Makes changes with system calls. They support modes, owners and directories, and take no advisory locks of .NET in
/// addition to PBS's.
/// </summary>
internal sealed class LinuxFileMutations : IFileMutations
{
    private const int TemporaryTries = 1000;
    private const int SuffixLength = 6;
    private const string SuffixCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public SafeFileHandle Open(string path, FileCreation creation, int mode)
    {
        int flags = creation switch
        {
            FileCreation.CreateNew => LibC.OWrOnly | LibC.OCreat | LibC.OExcl,
            FileCreation.CreateOrTruncate => LibC.OWrOnly | LibC.OCreat | LibC.OTrunc,
            FileCreation.OpenExisting => LibC.ORdWr,
            FileCreation.AppendExisting => LibC.OWrOnly | LibC.OAppend,
            _ => throw new ArgumentOutOfRangeException(nameof(creation)),
        };
        return NativeFile.TryOpen(path, flags, out int errno, mode) ?? throw new OsErrorException(errno, path);
    }

    public SafeFileHandle CreateTemporary(string stem, int mode, out string path)
    {
        for (int tries = 0; tries < TemporaryTries; tries++)
        {
            path = stem + Random.Shared.GetString(SuffixCharacters, SuffixLength);
            const int flags = LibC.ORdWr | LibC.OCreat | LibC.OExcl;
            if (NativeFile.TryOpen(path, flags, out int errno, mode) is { } file)
            {
                EnsureMode(file, path, mode);
                return file;
            }

            if (errno != OsError.EEXIST) throw new OsErrorException(errno, path);
        }

        throw new OsErrorException(OsError.EEXIST, stem);
    }

    public unsafe void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes) written = LibC.Write(file, start, bytes.Length);
            if (written >= 0) bytes = bytes[(int)written..];
            else if (Marshal.GetLastPInvokeError() is int errno and not OsError.EINTR)
            {
                throw new OsErrorException(errno, null);
            }
        }
    }

    public unsafe void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes) written = LibC.WriteAt(file, start, bytes.Length, offset);
            if (written < 0 && Marshal.GetLastPInvokeError() is int errno and not OsError.EINTR)
            {
                throw new OsErrorException(errno, null);
            }

            if (written <= 0) continue;
            bytes = bytes[(int)written..];
            offset += written;
        }
    }

    public void SetMode(SafeFileHandle file, int mode) => Check(LibC.ChangeMode(file, (uint)mode), null);

    public void SetMode(string path, int mode)
    {
        using SafeFileHandle entry =
            NativeFile.TryOpen(path, LibC.ORdOnly | LibC.ONonBlock | LibC.ONoFollow, out int errno)
                ?? throw new OsErrorException(errno, path);
        SetMode(entry, mode);
    }

    public void SetOwner(SafeFileHandle file, FileOwner owner) =>
        Check(LibC.ChangeOwner(file, owner.User, owner.Group), null);

    public void SetOwner(string path, FileOwner owner) => Check(LibC.ChangeOwner(path, owner.User, owner.Group), path);

    public void Truncate(SafeFileHandle file, long length) => Check(LibC.Truncate(file, length), null);

    public void Sync(SafeFileHandle file) => Check(LibC.Sync(file), null);

    public void SyncDirectory(string path)
    {
        using SafeFileHandle directory = OpenDirectory(path);
        Check(LibC.Sync(directory), path);
    }

    public void SyncFileSystem(string path)
    {
        using SafeFileHandle directory = OpenDirectory(path);
        Check(LibC.SyncFileSystem(directory), path);
    }

    public void Rename(string from, string to) => Check(LibC.Rename(from, to), to);

    public void RenameNew(string from, string to)
    {
        int errno = TryRenameNew(from, to);
        if (errno is OsError.EINVAL or OsError.ENOSYS)
        {
            // The file system cannot guarantee this for folders. An empty folder with that name is replaced.
            if (Directory.Exists(from)) Check(LibC.Rename(from, to), to);
            else LinkNew(from, to);
        }
        else if (errno != 0)
        {
            throw new OsErrorException(errno, to);
        }
    }

    public void Unlink(string path) => Check(LibC.Unlink(path), path);

    public void Unlink(Folder folder, string path) => Remove(folder, path, 0);

    public void CreateDirectory(string path, int mode) => Check(LibC.MakeDirectory(path, (uint)mode), path);

    public void RemoveDirectory(string path) => Check(LibC.RemoveDirectory(path), path);

    public void RemoveDirectory(Folder folder, string path) => Remove(folder, path, LibC.AtRemoveDir);

    public void TouchAccessTime(string path) =>
        SetAccessTime(path, new LibC.TimeSpec { Nanoseconds = LibC.TimeSpec.Now });

    public void SetAccessTime(string path, long seconds) =>
        SetAccessTime(path, new LibC.TimeSpec { Seconds = seconds });

    /// <summary>
    /// Sets the mode of a new file, or removes the file on failure, because the caller does not know its name yet.
    /// </summary>
    private static void EnsureMode(SafeFileHandle file, string path, int mode)
    {
        try
        {
            // Only if the umask removed bits: setting a mode is another change to the file system.
            if (FileStatus.Of(file, path).Mode != mode) Check(LibC.ChangeMode(file, (uint)mode), path);
        }
        catch (OsErrorException)
        {
            file.Dispose();
            _ = LibC.Unlink(path);
            throw;
        }
    }

    private static void Remove(Folder folder, string path, int flags)
    {
        int descriptor = folder.Descriptor;
        if (descriptor >= 0) Check(LibC.UnlinkAt(descriptor, Path.GetFileName(path), flags), path);
        else if (flags == 0) Check(LibC.Unlink(path), path);
        else Check(LibC.RemoveDirectory(path), path);
        GC.KeepAlive(folder);
    }

    private static unsafe void SetAccessTime(string path, LibC.TimeSpec access)
    {
        LibC.TimeSpec* times = stackalloc LibC.TimeSpec[2];
        times[0] = access;
        times[1].Nanoseconds = LibC.TimeSpec.Omit;
        Check(LibC.SetTimes(LibC.AtFdCwd, path, times, LibC.AtSymlinkNoFollow), path);
    }

    private static int TryRenameNew(string from, string to)
    {
        try
        {
            return LibC.RenameAt(LibC.AtFdCwd, from, LibC.AtFdCwd, to, LibC.RenameNoReplace) == 0
                ? 0
                : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            return OsError.ENOSYS;
        }
    }

    private static void LinkNew(string from, string to)
    {
        Check(LibC.Link(from, to), to);
        Check(LibC.Unlink(from), from);
    }

    private static SafeFileHandle OpenDirectory(string path) =>
        NativeFile.TryOpen(path, LibC.ORdOnly | LibC.ODirectory, out int errno)
            ?? throw new OsErrorException(errno, path);

    private static void Check(int result, string? path)
    {
        if (result != 0) throw new OsErrorException(Marshal.GetLastPInvokeError(), path);
    }
}
