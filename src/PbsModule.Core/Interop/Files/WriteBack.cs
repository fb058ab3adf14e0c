using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Brings what was written to a large file to the disk bit by bit, because one sync of all of it can take minutes and
/// cannot be stopped.
/// </summary>
internal static class WriteBack
{
    /// <summary>What a slow disk takes within a fraction of a second.</summary>
    private const long Step = 16 << 20;

    /// <summary>
    /// Does it where the system has a call for it; a sync must follow, which then has little left to do.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="OsErrorException">The bytes did not get there. A later sync might not say so again.</exception>
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
    /// Lets the disk begin with a part of a file while more is being made, and waits for nothing. What fails is told by
    /// <see cref="Flush"/>.
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
