using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>Opening and reading without the advisory locks that .NET takes on every file it opens.</summary>
internal static class NativeFile
{
    private const string DescriptorPaths = "/proc/self/fd";

    private static bool HasDescriptorPaths { get; } = NativeCode.HasLinux && Directory.Exists(DescriptorPaths);

    /// <summary>A handle that no child process inherits, or null and the reason. Linux only.</summary>
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
    /// A handle of its own on a folder that is open, whatever its path leads to by now; or null and the reason. Linux
    /// only.
    /// </summary>
    /// <param name="folder">Has a <see cref="Folder.Descriptor"/>.</param>
    /// <param name="errno">The reason.</param>
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
    /// A path to something in an open folder, wherever that is by now; the plain path where the system has no such
    /// thing. Good as long as the folder is open.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">Full path, whose last name counts.</param>
    public static string PathIn(Folder folder, string path) =>
        HasDescriptorPaths && folder.Descriptor is int descriptor and >= 0
            ? $"{DescriptorPaths}/{descriptor}/{Path.GetFileName(path)}"
            : path;

    /// <summary>
    /// Opens a file to be read, or a folder to be locked. At a fifo in its place nobody waits for the other end.
    /// </summary>
    /// <exception cref="OsErrorException">It cannot be opened, or is neither (EINVAL).</exception>
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

    /// <summary>All of a file.</summary>
    /// <param name="file">Opened for reading.</param>
    /// <param name="limit">More bytes than this are refused.</param>
    /// <exception cref="OsErrorException">It cannot be read, or is too large (EFBIG).</exception>
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

    /// <summary>The end of a file.</summary>
    /// <param name="file">Opened for reading.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <exception cref="OsErrorException">It cannot be read.</exception>
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

    /// <summary>All of the file at a path; see <see cref="ReadAll(SafeFileHandle, int)"/>.</summary>
    public static byte[] ReadAll(string path, int limit)
    {
        using SafeFileHandle file = OpenRead(path);
        return ReadAll(file, limit);
    }

    /// <summary>As <see cref="ReadAll(string, int)"/>, null where there is no such file.</summary>
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
