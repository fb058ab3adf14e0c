using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A block device, claimed so that no other process mounts it. Linux only. On other systems, no path is a device.
/// </summary>
internal sealed class BlockDevice : IDisposable
{
    private const int KindMask = 0xF000;
    private const int DeviceKind = 0x6000;

    private readonly SafeFileHandle _claim;

    private BlockDevice(SafeFileHandle claim, long length)
    {
        _claim = claim;
        Length = length;
    }

    /// <summary>The capacity in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether a path leads to a block device. Links are followed.</summary>
    public static unsafe bool Is(string path)
    {
        if (!NativeCode.HasLinux) return false;
        LibC.StatXBuffer status;
        return LibC.StatX(LibC.AtFdCwd, path, 0, LibC.StatXBuffer.BasicStats, &status) == 0
            && (status.Mode & KindMask) == DeviceKind;
    }

    /// <summary>
    /// Claims a device. The claim prevents only mounts and other claims. Other processes can still open the device.
    /// </summary>
    /// <exception cref="OsErrorException">
    /// The device cannot be opened. The error is EBUSY if it is mounted or part of something that is in use.
    /// </exception>
    public static BlockDevice Claim(string path)
    {
        SafeFileHandle claim = NativeFile.TryOpen(path, LibC.ORdOnly | LibC.OExcl, out int errno)
            ?? throw new OsErrorException(errno, path);
        long length = LibC.Seek(claim, 0, LibC.SeekEnd);
        if (length >= 0) return new BlockDevice(claim, length);
        errno = Marshal.GetLastPInvokeError();
        claim.Dispose();
        throw new OsErrorException(errno, path);
    }

    public void Dispose() => _claim.Dispose();
}
