using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A file of a datastore that is opened only for reading. It must be a regular file and not a link. Its access time
/// stays unchanged where the platform permits this. Opening never waits if a fifo is in its place.
/// </summary>
internal sealed class ReadOnlyFile : IRawFile
{
    private const int ModeKindMask = 0xF000;
    private const int ModeFile = 0x8000;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private ReadOnlyFile(SafeFileHandle handle, string path, long length, FileIdentity identity = default)
    {
        Identity = identity;
        _handle = handle;
        _path = path;
        Length = length;
    }

    /// <summary>The size of the file in bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>
    /// The identity of the open file, even if its path leads elsewhere now. All zeros if the platform does not report
    /// it.
    /// </summary>
    public FileIdentity Identity { get; }

    /// <exception cref="OsErrorException">
    /// The file does not exist, is not a regular file, or cannot be opened.
    /// </exception>
    public static ReadOnlyFile Open(string path) => NativeCode.HasLinux ? OpenNative(path) : OpenPortable(path);

    /// <summary>Fills the buffer from an offset, or until the end of the file.</summary>
    /// <returns>The number of bytes read. Smaller than the buffer only at the end of the file.</returns>
    /// <exception cref="OsErrorException">Reading failed.</exception>
    public int Read(Span<byte> buffer, long offset)
    {
        if (Length == 0 && _handle.IsInvalid) return 0;
        try
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int read = RandomAccess.Read(_handle, buffer[total..], offset + total);
                if (read == 0) break;
                total += read;
            }

            return total;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, _path);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static unsafe ReadOnlyFile OpenNative(string path)
    {
        int flags = LibC.ORdOnly | LibC.ONoFollow | LibC.ONonBlock;

        // Only the owner of the file or root may keep the access time unchanged.
        SafeFileHandle handle = NativeFile.TryOpen(path, flags | LibC.ONoATime, out int errno)
            ?? (errno == OsError.EPERM ? NativeFile.TryOpen(path, flags, out errno) : null)
            ?? throw new OsErrorException(errno, path);
        LibC.StatXBuffer status;
        if (LibC.StatX(handle, "", LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &status) == 0
            && (status.Mode & ModeKindMask) == ModeFile)
        {
            return new ReadOnlyFile(handle, path, (long)status.Size, FileIdentity.From(status));
        }

        handle.Dispose();
        throw new OsErrorException(OsError.EINVAL, path);
    }

    private static ReadOnlyFile OpenPortable(string path)
    {
        try
        {
            FileAttributes attributes = File.GetAttributes(path);
            if ((attributes & (FileAttributes.ReparsePoint | FileAttributes.Directory | FileAttributes.Device)) != 0)
            {
                throw new OsErrorException(OsError.EINVAL, path);
            }

            // A fifo also has length 0, and opening it would block forever.
            if (new FileInfo(path).Length == 0) return new ReadOnlyFile(new SafeFileHandle(), path, 0);
            SafeFileHandle handle =
                File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new ReadOnlyFile(handle, path, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is not OsErrorException && OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, path);
        }
    }
}
