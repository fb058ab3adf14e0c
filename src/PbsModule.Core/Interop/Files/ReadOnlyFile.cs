using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A file of a store, opened to be read and for nothing else: a regular file, no link, its access time left alone where
/// the platform lets us, and no waiting for the other end of a fifo somebody put in its place.
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

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>
    /// Which file it is, whatever its path leads to by now; all zeros where the platform does not say.
    /// </summary>
    public FileIdentity Identity { get; }

    /// <exception cref="OsErrorException">It is not there, not a regular file, or cannot be opened.</exception>
    public static ReadOnlyFile Open(string path) => NativeCode.HasLinux ? OpenNative(path) : OpenPortable(path);

    /// <summary>Fills the buffer from an offset on, as far as the file reaches.</summary>
    /// <returns>The number of bytes read; less than asked for only at the end of the file.</returns>
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

        // Only the owner of the file, or root, may leave the access time alone.
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

            // A fifo has no length either, and would hold an open forever.
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
