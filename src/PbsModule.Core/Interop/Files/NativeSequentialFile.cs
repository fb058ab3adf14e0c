using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Interop.Files;

/// <summary>Reads files on Linux with openat and read on raw descriptors.</summary>
internal sealed unsafe class NativeSequentialFile : SequentialFile
{
    private const int NameRoom = 256;

    private readonly byte[] _path;
    private int _folder = -1;
    private int _file = -1;

    /// <summary>
    /// Whether to request reads that keep the access time. Only the owner of a file or root may do so. Set to false
    /// after the first refusal.
    /// </summary>
    private bool _mayKeepTimes = true;

    /// <exception cref="OsErrorException">The folder cannot be opened.</exception>
    public NativeSequentialFile(string folder)
    {
        _path = Encoding.UTF8.GetBytes(folder + "\0");
        int error = Renew();
        if (error == 0) return;
        GC.SuppressFinalize(this);
        throw new OsErrorException(error, folder);
    }

    ~NativeSequentialFile() => Dispose(disposing: false);

    public override int Open(ReadOnlySpan<byte> name)
    {
        Close();
        if (name.Length >= NameRoom) return OsError.ENAMETOOLONG;
        byte* terminated = stackalloc byte[NameRoom];
        name.CopyTo(new Span<byte>(terminated, NameRoom));
        terminated[name.Length] = 0;

        // Non-blocking: a fifo with that name would otherwise block the worker forever.
        return Open(_folder, terminated, LibC.ONoFollow | LibC.ONonBlock, out _file);
    }

    public override int Read(Span<byte> buffer, out int length)
    {
        length = 0;
        while (length < buffer.Length)
        {
            nint read;
            fixed (byte* target = buffer[length..]) read = LibC.Read(_file, target, buffer.Length - length);
            if (read == 0) return 0;
            if (read > 0)
            {
                length += (int)read;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != OsError.EINTR) return error;
        }

        return 0;
    }

    public override void Close() => Close(ref _file);

    public override int Renew()
    {
        Close();
        Close(ref _folder);
        fixed (byte* path = _path) return Open(LibC.AtFdCwd, path, LibC.ODirectory, out _folder);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Close(ref _folder);
    }

    private int Open(int folder, byte* name, int flags, out int descriptor)
    {
        while (true)
        {
            descriptor = LibC.OpenAt(folder, name, flags | LibC.ORdOnly | LibC.OCloExec | (_mayKeepTimes
                ? LibC.ONoATime
                : 0), 0);
            if (descriptor >= 0) return 0;
            int error = Marshal.GetLastPInvokeError();
            if (error == OsError.EPERM && _mayKeepTimes) _mayKeepTimes = false;
            else if (error != OsError.EINTR) return error;
        }
    }

    private static void Close(ref int descriptor)
    {
        int open = Interlocked.Exchange(ref descriptor, -1);
        if (open >= 0) _ = LibC.Close(open);
    }
}
