using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The identity, owner, mode, size in bytes and modification time (Unix seconds) of a file. Linux only.
/// </summary>
internal readonly record struct FileStatus(
    ulong Device,
    ulong Inode,
    FileOwner Owner,
    int Mode,
    long Size,
    long ModificationTime)
{
    /// <exception cref="OsErrorException">The call failed.</exception>
    public static unsafe FileStatus Of(SafeFileHandle file, string? path)
    {
        LibC.StatXBuffer buffer;
        if (LibC.StatX(file, "", LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &buffer) != 0)
        {
            throw new OsErrorException(Marshal.GetLastPInvokeError(), path);
        }

        return From(buffer);
    }

    /// <summary>
    /// Returns the status of the target of a path, following links. On failure, returns null and sets
    /// <paramref name="errno"/>.
    /// </summary>
    public static unsafe FileStatus? TryOf(string path, out int errno)
    {
        LibC.StatXBuffer buffer;
        errno = LibC.StatX(LibC.AtFdCwd, path, 0, LibC.StatXBuffer.BasicStats, &buffer) == 0
            ? 0
            : Marshal.GetLastPInvokeError();
        return errno == 0 ? From(buffer) : null;
    }

    /// <summary>Whether a path leads to a regular file. Links are followed.</summary>
    public static unsafe bool IsRegularFile(string path)
    {
        LibC.StatXBuffer buffer;
        return LibC.StatX(LibC.AtFdCwd, path, 0, LibC.StatXBuffer.BasicStats, &buffer) == 0 && IsRegularFile(buffer);
    }

    /// <summary>Whether an open handle refers to a regular file or a folder, and not to a fifo or a device.</summary>
    public static unsafe bool IsFileOrFolder(SafeFileHandle file)
    {
        LibC.StatXBuffer buffer;
        return LibC.StatX(file, "", LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &buffer) == 0
            && (IsRegularFile(buffer) || (buffer.Mode & 0xF000) == 0x4000);
    }

    /// <summary>Whether both are the same file.</summary>
    public bool IsSameFile(FileStatus? other) => other is { } o && o.Device == Device && o.Inode == Inode;

    private static bool IsRegularFile(in LibC.StatXBuffer buffer) => (buffer.Mode & 0xF000) == 0x8000;

    private static FileStatus From(in LibC.StatXBuffer buffer) => new(
        ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode, new FileOwner(buffer.Uid, buffer.Gid),
        buffer.Mode & 0xFFF, (long)buffer.Size, buffer.ModificationSeconds);
}
