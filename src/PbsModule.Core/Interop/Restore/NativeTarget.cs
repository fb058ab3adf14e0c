using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Interop.Restore;

/// <summary>Sets the metadata of an open descriptor. Linux only.</summary>
internal static unsafe class NativeTarget
{
    private const int NameRoom = 256;
    private const int ProjectWords = 7;
    private const int ProjectAt = 3;

    public static int Result(nint result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

    public static int SetAttribute(int descriptor, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        byte* terminated = stackalloc byte[NameRoom];
        byte none;
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        fixed (byte* bytes = value) return Result(LibC.SetAttribute(descriptor, terminated, bytes is null
            ? &none
            : bytes, value.Length, 0));
    }

    public static int SetTime(int descriptor, long seconds, uint nanoseconds)
    {
        LibC.TimeSpec* times = stackalloc LibC.TimeSpec[2];
        Times(times, seconds, nanoseconds);
        return Result(LibC.SetTimes(descriptor, times));
    }

    public static void Times(LibC.TimeSpec* times, long seconds, uint nanoseconds)
    {
        times[0].Nanoseconds = LibC.TimeSpec.Omit;
        times[1].Seconds = seconds;
        times[1].Nanoseconds = nanoseconds;
    }

    public static int SetFeatures(int descriptor, uint mask, uint value)
    {
        uint flags = 0;
        int error = Result(LibC.Control(descriptor, LibC.GetFlags, &flags));
        if (error != 0) return error;
        uint wanted = (flags & ~mask) | value;
        return wanted == flags ? 0 : Result(LibC.Control(descriptor, LibC.SetFlags, &wanted));
    }

    public static int SetProject(int descriptor, uint project)
    {
        uint* attributes = stackalloc uint[ProjectWords];
        int error = Result(LibC.Control(descriptor, LibC.GetProject, attributes));
        if (error != 0) return error;
        if (attributes[ProjectAt] == project) return 0;
        attributes[ProjectAt] = project;
        return Result(LibC.Control(descriptor, LibC.SetProject, attributes));
    }

    public static bool Terminate(ReadOnlySpan<byte> name, byte* buffer)
    {
        if (name.Length >= NameRoom) return false;
        name.CopyTo(new Span<byte>(buffer, NameRoom));
        buffer[name.Length] = 0;
        return true;
    }
}

/// <summary>A new file on Linux, by its descriptor.</summary>
internal sealed unsafe class NativeTargetFile(int descriptor) : TargetFile
{
    private int _descriptor = descriptor;

    ~NativeTargetFile() => Dispose(false);

    public override ulong Identity
    {
        get
        {
            LibC.StatXBuffer status;
            byte nothing = 0;
            return LibC.StatX(_descriptor, &nothing, LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &status) == 0
                ? status.Inode
                : 0;
        }
    }

    public override int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                nint written = LibC.WriteAt(_descriptor, start + done, bytes.Length - done, offset + done);
                if (written >= 0) done += written;
                else if (Marshal.GetLastPInvokeError() is int errno and not OsError.EINTR) return errno;
            }
        }

        return 0;
    }

    public override int SetLength(long length) => NativeTarget.Result(LibC.Truncate(_descriptor, length));

    /// <summary>Does what closing does, but keeps the file open for the metadata that follows its content.</summary>
    public override int Flush()
    {
        int copy = LibC.Duplicate(_descriptor);
        int error = NativeTarget.Result(copy);
        if (error == 0) error = NativeTarget.Result(LibC.Close(copy));

        // The descriptor is closed even after EINTR.
        return error == OsError.EINTR ? 0 : error;
    }

    public override int SetOwner(uint user, uint group) =>
        NativeTarget.Result(LibC.ChangeOwner(_descriptor, user, group));

    public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        NativeTarget.SetAttribute(_descriptor, name, value);

    public override int SetMode(uint permissions) => NativeTarget.Result(LibC.ChangeMode(_descriptor, permissions));

    public override int SetTime(long seconds, uint nanoseconds) =>
        NativeTarget.SetTime(_descriptor, seconds, nanoseconds);

    public override int SetFeatures(uint mask, uint value) => NativeTarget.SetFeatures(_descriptor, mask, value);

    public override int SetProject(uint project) => NativeTarget.SetProject(_descriptor, project);

    protected override void Dispose(bool disposing)
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0) LinuxCalls.Close(descriptor);
    }
}

/// <summary>
/// A link, device, fifo or socket on Linux, by a descriptor that refers to it even if its name leads elsewhere now.
/// </summary>
internal sealed unsafe class NativeTargetEntry : TargetEntry
{
    private const int NameRoom = 256;
    private const int KindMask = 0xF000;
    private const int KindFolder = 0x4000;
    private const int KindFile = 0x8000;

    // A path for calls that do not accept such a descriptor. It leads to the entry itself and not to the target of a
    // link.
    private readonly byte[] _path;
    private int _descriptor;

    private NativeTargetEntry(int descriptor)
    {
        _descriptor = descriptor;
        _path = Encoding.ASCII.GetBytes($"/proc/self/fd/{descriptor}\0");
    }

    ~NativeTargetEntry() => Dispose(false);

    /// <summary>
    /// Opens an entry. An account that can write to the folder may have replaced it: a file or folder is ESTALE.
    /// </summary>
    public static int Open(int folder, ReadOnlySpan<byte> name, out TargetEntry? entry)
    {
        entry = null;
        byte* terminated = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        int descriptor = LinuxCalls.OpenAt(folder, terminated, LibC.OPath | LibC.ONoFollow | LibC.OCloExec);
        if (descriptor < 0) return -descriptor;
        var opened = new NativeTargetEntry(descriptor);
        LibC.StatXBuffer status;
        byte nothing = 0;
        int error = NativeTarget.Result(LibC.StatX(
            descriptor,
            &nothing,
            LibC.AtEmptyPath,
            LibC.StatXBuffer.BasicStats,
            &status));
        if (error == 0 && (status.Mode & KindMask) is KindFile or KindFolder) error = OsError.ESTALE;
        if (error == 0) entry = opened;
        else opened.Dispose();
        return error;
    }

    public override int SetOwner(uint user, uint group)
    {
        byte nothing = 0;
        return NativeTarget.Result(LibC.ChangeOwnerAt(_descriptor, &nothing, user, group, LibC.AtEmptyPath));
    }

    public override int SetAttribute(ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        byte[] terminated = [.. attribute, 0];
        byte none;
        fixed (byte* place = _path, key =
            terminated, bytes = value) return NativeTarget.Result(LibC.SetAttribute(place, key, bytes is null
            ? &none
            : bytes, value.Length, 0));
    }

    /// <summary>Links have no mode. The caller does not call this for links.</summary>
    public override int SetMode(uint permissions)
    {
        fixed (byte* place = _path) return NativeTarget.Result(LibC.ChangeModeAt(LibC.AtFdCwd, place, permissions, 0));
    }

    public override int SetTime(long seconds, uint nanoseconds)
    {
        LibC.TimeSpec* times = stackalloc LibC.TimeSpec[2];
        NativeTarget.Times(times, seconds, nanoseconds);
        byte nothing = 0;
        int error = NativeTarget.Result(LibC.SetTimesAt(_descriptor, &nothing, times, LibC.AtEmptyPath));
        if (error != OsError.EINVAL) return error;

        // Kernels before Linux 5.8 return EINVAL.
        fixed (byte* place = _path) return NativeTarget.Result(LibC.SetTimesAt(LibC.AtFdCwd, place, times, 0));
    }

    public override int SetFeatures(uint mask, uint value) => OsError.EOPNOTSUPP;

    public override int SetProject(uint project) => OsError.EOPNOTSUPP;

    protected override void Dispose(bool disposing)
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0) LinuxCalls.Close(descriptor);
    }
}
