using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Writes the data of a large file to the disk in steps, because one sync of the complete file can take minutes and
/// cannot be cancelled.
/// </summary>
internal static class WriteBack
{
    /// <summary>The size of a step in bytes. A slow disk writes it within a fraction of a second.</summary>
    private const long Step = 16 << 20;

    /// <summary>
    /// Writes the data to the disk if the system has a call for it. The caller must still sync the file, which then has
    /// little left to do.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <param name="length">The size of the file in bytes.</param>
    /// <param name="cancellation">Cancels the operation between two steps.</param>
    /// <exception cref="OsErrorException">
    /// The data was not written. A later sync might not report this failure again.
    /// </exception>
    public static void Flush(SafeFileHandle file, long length, CancellationToken cancellation)
    {
        if (!NativeCode.HasLinux || length <= Step) return;
        const uint all = LibC.SyncRangeWaitBefore | LibC.SyncRangeWrite | LibC.SyncRangeWaitAfter;
        for (long offset = 0; offset < length; offset += Step)
        {
            cancellation.ThrowIfCancellationRequested();
            int errno = TrySyncRange(file, offset, Math.Min(Step, length - offset), all);
            if (errno is OsError.ENOSYS or OsError.EINVAL) return;
            if (errno != 0) throw new OsErrorException(errno, null);
        }
    }

    /// <summary>
    /// Starts to write a part of a file to the disk while more data is produced, and does not wait. <see cref="Flush"/>
    /// reports failures.
    /// </summary>
    public static void Begin(SafeFileHandle file, long offset, long length)
    {
        if (NativeCode.HasLinux) TrySyncRange(file, offset, length, LibC.SyncRangeWrite);
    }

    private static int TrySyncRange(SafeFileHandle file, long offset, long length, uint how)
    {
        try
        {
            return LibC.SyncFileRange(file, offset, length, how) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            return OsError.ENOSYS;
        }
    }
}
