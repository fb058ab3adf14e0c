using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>What identifies a file and whose it is. Linux only.</summary>
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
    /// Status of what a path leads to, following links; null and the reason in <paramref name="errno"/> where that
    /// fails.
    /// </summary>
    public static unsafe FileStatus? TryOf(string path, out int errno)
    {
        LibC.StatXBuffer buffer;
        errno = LibC.StatX(LibC.AtFdCwd, path, 0, LibC.StatXBuffer.BasicStats, &buffer) == 0
            ? 0
            : Marshal.GetLastPInvokeError();
        return errno == 0 ? From(buffer) : null;
    }

    /// <summary>Whether a path leads to a regular file; links are followed.</summary>
    public static unsafe bool IsRegularFile(string path)
    {
        LibC.StatXBuffer buffer;
        return LibC.StatX(LibC.AtFdCwd, path, 0, LibC.StatXBuffer.BasicStats, &buffer) == 0 && IsRegularFile(buffer);
    }

    /// <summary>Whether what is open is a regular file or a folder, not a fifo or a device.</summary>
    public static unsafe bool IsFileOrFolder(SafeFileHandle file)
    {
        LibC.StatXBuffer buffer;
        return LibC.StatX(file, "", LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &buffer) == 0
            && (IsRegularFile(buffer) || (buffer.Mode & 0xF000) == 0x4000);
    }

    /// <summary>True if both are the same file.</summary>
    public bool IsSameFile(FileStatus? other) => other is { } o && o.Device == Device && o.Inode == Inode;

    private static bool IsRegularFile(in LibC.StatXBuffer buffer) => (buffer.Mode & 0xF000) == 0x8000;

    private static FileStatus From(in LibC.StatXBuffer buffer) => new(
        ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode, new FileOwner(buffer.Uid, buffer.Gid),
        buffer.Mode & 0xFFF, (long)buffer.Size, buffer.ModificationSeconds);
}
