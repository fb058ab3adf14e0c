using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>Opens and reads files without the advisory lock that .NET takes on every file it opens.</summary>
internal static class NativeFile
{
    private const string DescriptorPaths = "/proc/self/fd";

    private static bool HasDescriptorPaths { get; } = NativeCode.HasLinux && Directory.Exists(DescriptorPaths);

    /// <summary>
    /// Opens a file with a handle that child processes do not inherit. Returns null and the error number on failure.
    /// Linux only.
    /// </summary>
    public static SafeFileHandle? TryOpen(string path, int flags, out int errno, int mode = 0)
    {
        int descriptor;
        do
        {
            descriptor = LibC.Open(path, flags | LibC.OCloExec, mode);
            errno = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (errno == OsError.EINTR);

        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Opens another handle to an open folder, even if its path leads elsewhere now. Returns null and the error number
    /// on failure. Linux only.
    /// </summary>
    /// <param name="folder">A folder with a <see cref="Folder.Descriptor"/>.</param>
    /// <param name="errno">The error number, or 0.</param>
    public static unsafe SafeFileHandle? TryReopen(Folder folder, out int errno)
    {
        int descriptor;
        fixed (byte* itself = ".\0"u8) descriptor =
            LibC.OpenAt(folder.Descriptor, itself, LibC.ORdOnly | LibC.ODirectory | LibC.OCloExec, 0);
        errno = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        GC.KeepAlive(folder);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Returns a path to an entry of an open folder, wherever that folder is now. Returns the plain path if the system
    /// does not support this. The result is valid while the folder is open.
    /// </summary>
    /// <param name="folder">The open folder.</param>
    /// <param name="path">The full path, whose last part is the name of the entry.</param>
    public static string PathIn(Folder folder, string path) =>
        HasDescriptorPaths && folder.Descriptor is int descriptor and >= 0
            ? $"{DescriptorPaths}/{descriptor}/{Path.GetFileName(path)}"
            : path;

    /// <summary>Opens a file for reading or a folder for locking. Does not wait if the path leads to a fifo.</summary>
    /// <exception cref="OsErrorException">
    /// The path cannot be opened, or is neither a file nor a folder (EINVAL).
    /// </exception>
    public static SafeFileHandle OpenRead(string path)
    {
        if (NativeCode.HasLinux) return OpenNative(path);
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (OsError.TryFrom(e, out int number))
        {
            throw new OsErrorException(number, path);
        }
    }

    private static SafeFileHandle OpenNative(string path)
    {
        SafeFileHandle file =
            TryOpen(path, LibC.ORdOnly | LibC.ONonBlock, out int errno) ?? throw new OsErrorException(errno, path);
        if (FileStatus.IsFileOrFolder(file)) return file;
        file.Dispose();
        throw new OsErrorException(OsError.EINVAL, path);
    }

    /// <summary>Reads a complete file.</summary>
    /// <param name="file">A handle that was opened for reading.</param>
    /// <param name="limit">The largest accepted size in bytes.</param>
    /// <exception cref="OsErrorException">The file cannot be read, or is too large (EFBIG).</exception>
    public static byte[] ReadAll(SafeFileHandle file, int limit)
    {
        try
        {
            using var content = new MemoryStream();
            byte[] piece = new byte[Math.Clamp(RandomAccess.GetLength(file) + 1, 512, 1 << 20)];
            int read;
            while ((read = RandomAccess.Read(file, piece, content.Length)) > 0)
            {
                if (content.Length + read > limit) throw new OsErrorException(OsError.EFBIG, null);
                content.Write(piece, 0, read);
            }

            return content.ToArray();
        }
        catch (Exception e) when (e is not OsErrorException && OsError.TryFrom(e, out int number))
        {
            throw new OsErrorException(number, null);
        }
    }

    /// <summary>Reads the end of a file.</summary>
    /// <param name="file">A handle that was opened for reading.</param>
    /// <param name="limit">The largest number of bytes to return.</param>
    /// <param name="length">The size of the file in bytes.</param>
    /// <exception cref="OsErrorException">The file cannot be read.</exception>
    public static byte[] ReadEnd(SafeFileHandle file, int limit, out long length)
    {
        try
        {
            length = RandomAccess.GetLength(file);
            byte[] end = new byte[Math.Min(length, limit)];
            int total = 0, read;
            while (total < end.Length && (read =
                RandomAccess.Read(file, end.AsSpan(total), length - end.Length + total)) > 0)
            {
                total += read;
            }

            return total == end.Length ? end : end[..total];
        }
        catch (Exception e) when (OsError.TryFrom(e, out int number))
        {
            throw new OsErrorException(number, null);
        }
    }

    /// <summary>Reads the complete file at a path. See <see cref="ReadAll(SafeFileHandle, int)"/>.</summary>
    public static byte[] ReadAll(string path, int limit)
    {
        using SafeFileHandle file = OpenRead(path);
        return ReadAll(file, limit);
    }

    /// <summary>
    /// Reads the complete file at a path as <see cref="ReadAll(string, int)"/> does. Returns null if the file does not
    /// exist.
    /// </summary>
    public static byte[]? TryReadAll(string path, int limit)
    {
        try
        {
            return ReadAll(path, limit);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            return null;
        }
    }
}
