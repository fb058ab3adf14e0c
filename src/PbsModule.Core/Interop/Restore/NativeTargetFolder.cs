using System.Runtime.InteropServices;
using System.Text;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Restore;

/// <summary>A folder on Linux, by its descriptor. Its entries are reached with calls that take a descriptor.</summary>
internal sealed unsafe class NativeTargetFolder : TargetFolder
{
    private const int NameRoom = 256;
    private const uint OwnFolder = 0x1C0; // 0700
    private const uint OwnFile = 0x180; // 0600
    private const int KindMask = 0xF000;
    private const int KindFolder = 0x4000;
    private const int KindFile = 0x8000;
    private const int KindLink = 0xA000;

    private int _descriptor;

    private NativeTargetFolder(int descriptor) => _descriptor = descriptor;

    ~NativeTargetFolder() => Dispose(false);

    public override bool IgnoresCase => false;

    public static int Open(string path, bool isNew, out TargetFolder? folder)
    {
        byte[] name = Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(path) + "\0");
        fixed (byte* start =
            name) return Open(LibC.AtFdCwd, start, LibC.ODirectory | (isNew ? LibC.ONoFollow : 0), out folder);
    }

    public override string? Refuse(ReadOnlySpan<byte> name) =>
        name.Length < NameRoom ? null : "the name is longer than 255 bytes";

    public override int Look(ReadOnlySpan<byte> name, out TargetStatus status)
    {
        status = default;
        byte* terminated = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        LibC.StatXBuffer buffer;
        if (LibC.StatX(_descriptor, terminated, LibC.AtSymlinkNoFollow, LibC.StatXBuffer.BasicStats, &buffer) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        EntryKind kind = (buffer.Mode & KindMask) switch
        {
            KindFolder => EntryKind.Folder,
            KindFile => EntryKind.File,
            KindLink => EntryKind.Link,
            _ => EntryKind.Other,
        };
        status = new TargetStatus(kind, buffer.Inode);
        return 0;
    }

    public override int OpenFolder(ReadOnlySpan<byte> name, out TargetFolder? child)
    {
        child = null;
        byte* terminated = stackalloc byte[NameRoom];
        return NativeTarget.Terminate(name, terminated)
            ? Open(_descriptor, terminated, LibC.ODirectory | LibC.ONoFollow, out child)
            : OsError.ENAMETOOLONG;
    }

    public override int CreateFolder(ReadOnlySpan<byte> name)
    {
        byte* terminated = stackalloc byte[NameRoom];
        return NativeTarget.Terminate(name, terminated)
            ? NativeTarget.Result(LibC.MakeDirectoryAt(_descriptor, terminated, OwnFolder))
            : OsError.ENAMETOOLONG;
    }

    public override int CreateFile(ReadOnlySpan<byte> name, out TargetFile? file)
    {
        file = null;
        byte* terminated = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        int descriptor = LibC.OpenAt(
            _descriptor,
            terminated,
            LibC.OWrOnly | LibC.OCreat | LibC.OExcl | LibC.ONoFollow | LibC.OCloExec,
            OwnFile);
        if (descriptor < 0) return Marshal.GetLastPInvokeError();
        file = new NativeTargetFile(descriptor);
        return 0;
    }

    public override int CreateSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        byte* terminated = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        byte[] text = [.. target, 0];
        fixed (byte* start = text) return NativeTarget.Result(LibC.MakeLinkAt(start, _descriptor, terminated));
    }

    public override int CreateNode(ReadOnlySpan<byte> name, uint mode, ulong major, ulong minor)
    {
        byte* terminated = stackalloc byte[NameRoom];
        if (major > uint.MaxValue || minor > uint.MaxValue) return OsError.EINVAL;
        return NativeTarget.Terminate(name, terminated)
            ? NativeTarget.Result(LibC.MakeNodeAt(_descriptor, terminated, mode, Device(major, minor)))
            : OsError.ENAMETOOLONG;
    }

    public override int CreateHardLink(ReadOnlySpan<byte> name, TargetFolder from, ReadOnlySpan<byte> existing)
    {
        byte* to = stackalloc byte[NameRoom], source = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(name, to) || !NativeTarget.Terminate(existing, source)) return OsError.ENAMETOOLONG;
        return NativeTarget.Result(LibC.LinkAt(((NativeTargetFolder)from)._descriptor, source, _descriptor, to, 0));
    }

    public override int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool replace)
    {
        byte* source = stackalloc byte[NameRoom], target = stackalloc byte[NameRoom];
        if (!NativeTarget.Terminate(from, source) || !NativeTarget.Terminate(to, target)) return OsError.ENAMETOOLONG;
        if (replace) return NativeTarget.Result(LibC.RenameAt(_descriptor, source, _descriptor, target));
        int error = TryRenameNew(source, target);
        if (error is not (OsError.EINVAL or OsError.ENOSYS)) return error;

        // The file system cannot guarantee it. A hard link does, if the file system has hard links. Otherwise, a check
        // before the rename must be sufficient.
        error = NativeTarget.Result(LibC.LinkAt(_descriptor, source, _descriptor, target, 0));
        if (error == 0) return NativeTarget.Result(LibC.UnlinkAt(_descriptor, source, 0));
        if (error == OsError.EEXIST) return error;
        return Look(to, out _) == 0
            ? OsError.EEXIST
            : NativeTarget.Result(LibC.RenameAt(_descriptor, source, _descriptor, target));
    }

    public override int Remove(ReadOnlySpan<byte> name)
    {
        byte* terminated = stackalloc byte[NameRoom];
        return NativeTarget.Terminate(name, terminated)
            ? NativeTarget.Result(LibC.UnlinkAt(_descriptor, terminated, 0))
            : OsError.ENAMETOOLONG;
    }

    public override int OpenEntry(ReadOnlySpan<byte> name, out TargetEntry? entry) =>
        NativeTargetEntry.Open(_descriptor, name, out entry);

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

    private int TryRenameNew(byte* from, byte* to)
    {
        try
        {
            return NativeTarget.Result(LibC.RenameAt(_descriptor, from, _descriptor, to, LibC.RenameNoReplace));
        }
        catch (EntryPointNotFoundException)
        {
            return OsError.ENOSYS;
        }
    }

    private static int Open(int folder, byte* name, int flags, out TargetFolder? opened)
    {
        int descriptor = LinuxCalls.OpenAt(folder, name, flags | LibC.ORdOnly | LibC.OCloExec);
        opened = descriptor < 0 ? null : new NativeTargetFolder(descriptor);
        return descriptor < 0 ? -descriptor : 0;
    }

    /// <summary>Encodes a device number as makedev does.</summary>
    private static ulong Device(ulong major, ulong minor) =>
        ((major & 0xFFFFF000) << 32) | ((major & 0xFFF) << 8) | ((minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
}
