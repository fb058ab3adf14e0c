namespace PbsModule.Core.Interop;

/// <summary>The size and use of a file system, computed as PBS does.</summary>
/// <param name="Total">The size in bytes.</param>
/// <param name="Used">The bytes in use.</param>
/// <param name="Available">The bytes that an account without special rights can still write.</param>
internal readonly record struct FileSystemSpace(long Total, long Used, long Available)
{
    // Offsets into struct statfs of 64-bit Linux, in units of eight bytes.
    private const int Words = 32;
    private const int BlockSize = 1;
    private const int Blocks = 2;
    private const int FreeBlocks = 3;
    private const int AvailableBlocks = 4;
    private const int FragmentSize = 9;

    /// <summary>Returns the space of the file system that contains a path, or null on failure.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="error">The system's error number if the result is null.</param>
    public static unsafe FileSystemSpace? Of(string path, out int error)
    {
        error = 0;
        if (LibC.HasDirectoryCalls)
        {
            long* status = stackalloc long[Words];
            if (LibC.FileSystemStatus(path, status) == 0)
            {
                long block = status[FragmentSize] != 0 ? status[FragmentSize] : status[BlockSize];
                return new FileSystemSpace(
                    status[Blocks] * block,
                    (status[Blocks] - status[FreeBlocks]) * block,
                    status[AvailableBlocks] * block);
            }

            error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            return null;
        }

        try
        {
            var drive = new DriveInfo(path);
            return new FileSystemSpace(
                drive.TotalSize,
                drive.TotalSize - drive.TotalFreeSpace,
                drive.AvailableFreeSpace);
        }
        catch (Exception e) when (OsError.TryFrom(e, out error))
        {
            return null;
        }
    }
}
