using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Interop;

/// <summary>What can be done to an open descriptor. Linux only.</summary>
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
        fixed (byte* bytes = value) return Result(LibC.SetAttribute(descriptor, terminated, bytes is null ? &none : bytes, value.Length, 0));
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

/// <summary>Linux: a new file, by its descriptor.</summary>
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
            return LibC.StatX(_descriptor, &nothing, LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &status) == 0 ? status.Inode : 0;
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

    public override int SetOwner(uint user, uint group) => NativeTarget.Result(LibC.ChangeOwner(_descriptor, user, group));

    public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => NativeTarget.SetAttribute(_descriptor, name, value);

    public override int SetMode(uint permissions) => NativeTarget.Result(LibC.ChangeMode(_descriptor, permissions));

    public override int SetTime(long seconds, uint nanoseconds) => NativeTarget.SetTime(_descriptor, seconds, nanoseconds);

    public override int SetFeatures(uint mask, uint value) => NativeTarget.SetFeatures(_descriptor, mask, value);

    public override int SetProject(uint project) => NativeTarget.SetProject(_descriptor, project);

    protected override void Dispose(bool disposing)
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0) LinuxCalls.Close(descriptor);
    }
}

/// <summary>Linux: a link, device, fifo or socket by its name in an open folder.</summary>
internal sealed unsafe class NativeTargetEntry(int folder, byte[] name) : ITargetEntry
{
    private readonly byte[] _name = [.. name, 0];

    public int SetOwner(uint user, uint group)
    {
        fixed (byte* start = _name) return NativeTarget.Result(LibC.ChangeOwnerAt(folder, start, user, group, LibC.AtSymlinkNoFollow));
    }

    public int SetAttribute(ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        // There is no call for it that takes a folder; this path leads there without following what the name is.
        byte[] path = [.. Encoding.ASCII.GetBytes($"/proc/self/fd/{folder}/"), .. _name], terminated = [.. attribute, 0];
        byte none;
        fixed (byte* place = path, key = terminated, bytes = value) return NativeTarget.Result(LibC.SetAttribute(place, key, bytes is null ? &none : bytes, value.Length, 0));
    }

    /// <summary>Of links there is none to be set; the caller does not ask. What else is there was made by us just now.</summary>
    public int SetMode(uint permissions)
    {
        fixed (byte* start = _name) return NativeTarget.Result(LibC.ChangeModeAt(folder, start, permissions, 0));
    }

    public int SetTime(long seconds, uint nanoseconds)
    {
        LibC.TimeSpec* times = stackalloc LibC.TimeSpec[2];
        NativeTarget.Times(times, seconds, nanoseconds);
        fixed (byte* start = _name) return NativeTarget.Result(LibC.SetTimesAt(folder, start, times, LibC.AtSymlinkNoFollow));
    }

    public int SetFeatures(uint mask, uint value) => OsError.EOPNOTSUPP;

    public int SetProject(uint project) => OsError.EOPNOTSUPP;
}
