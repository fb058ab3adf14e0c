using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A folder on Linux: uses openat, getdents64 and read on raw descriptors. .NET's own open calls take an advisory lock
/// and stat each file, which doubles the cost of a listing.
/// </summary>
internal sealed unsafe class NativeFolder : Folder
{
    /// <summary>Space for a name of NAME_MAX bytes and its NUL.</summary>
    private const int NameRoom = 256;

    private const int RecordNextAt = 8;
    private const int RecordLengthAt = 16;
    private const int RecordTypeAt = 18;
    private const int RecordNameAt = 19;

    private const byte TypeUnknown = 0;
    private const byte TypeFolder = 4;
    private const byte TypeFile = 8;
    private const byte TypeLink = 10;

    /// <summary>The unit of allocation in a status in bytes, independent of the file system's block size.</summary>
    private const int BlockSize = 512;

    private const int ModeKindMask = 0xF000;
    private const int ModeFolder = 0x4000;
    private const int ModeFile = 0x8000;
    private const int ModeLink = 0xA000;

    private int _descriptor;

    /// <summary>
    /// Whether to request reads that keep the access time. Only the owner of a file or root may do so. Set to false
    /// after the first refusal.
    /// </summary>
    private bool _mayKeepTimes;

    /// <summary>Whether the position of the descriptor is past the first entry.</summary>
    private bool _isListed;

    private bool _isLocked;

    private NativeFolder(int descriptor, bool mayKeepTimes)
    {
        _descriptor = descriptor;
        _mayKeepTimes = mayKeepTimes;
    }

    ~NativeFolder() => Close();

    public static int Open(string path, out Folder? folder)
    {
        folder = null;
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        bool keepTimes = true;
        int descriptor;
        fixed (byte* pointer = name) descriptor = Open(LibC.AtFdCwd, pointer, LibC.ODirectory, ref keepTimes);
        if (descriptor < 0) return -descriptor;
        folder = new NativeFolder(descriptor, keepTimes);
        return 0;
    }

    public override int Descriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(_descriptor < 0, this);
            return _descriptor;
        }
    }

    public override int OpenFolder(ReadOnlySpan<byte> name, ref Folder? child)
    {
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        int descriptor = Open(_descriptor, terminated, LibC.ODirectory | LibC.ONoFollow, ref _mayKeepTimes);
        if (descriptor < 0) return -descriptor;
        if (child is NativeFolder used)
        {
            used.Close();
            used._descriptor = descriptor;
            used._mayKeepTimes = _mayKeepTimes;
            used._isListed = false;
        }
        else
        {
            child = new NativeFolder(descriptor, _mayKeepTimes);
        }

        return 0;
    }

    public override int List(EntryList entries)
    {
        entries.Clear();
        if (_isListed && LibC.Seek(_descriptor, 0, LibC.SeekStart) != 0) return Marshal.GetLastPInvokeError();
        _isListed = true;
        while (true)
        {
            Span<byte> room = entries.Room();
            nint length;
            fixed (byte* buffer = room) length = LinuxCalls.GetDents64(_descriptor, buffer, room.Length);
            if (length == -OsError.EINTR) continue;
            if (length <= 0) return (int)-length;
            if (Parse(entries, entries.Take((int)length), (int)length) == long.MaxValue) return 0;
        }
    }

    public override int InodeOf(ReadOnlySpan<byte> name, out ulong inode)
    {
        inode = ulong.MaxValue;
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        LibC.StatXBuffer stat;
        int error = -LinuxCalls.StatX(_descriptor, terminated, LibC.StatXBuffer.InodeOnly, &stat);
        if (error == 0) inode = stat.Inode;
        return error;
    }

    public override int IdentityOf(ReadOnlySpan<byte> name, out FileIdentity identity)
    {
        identity = default;
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        LibC.StatXBuffer stat;
        int error = -LinuxCalls.StatX(_descriptor, terminated, LibC.StatXBuffer.InodeOnly, &stat);
        if (error == 0) identity = FileIdentity.From(stat);
        return error;
    }

    public override int StampOf(out FolderStamp stamp)
    {
        stamp = default;
        byte none = 0;
        LibC.StatXBuffer stat;
        const uint mask = LibC.StatXBuffer.InodeOnly | LibC.StatXBuffer.ChangeTime;
        int error = -LinuxCalls.StatX(_descriptor, &none, mask, &stat, LibC.AtEmptyPath | LibC.AtForceSync);
        if (error == 0) stamp = new FolderStamp(FileIdentity.From(stat), stat.ChangeSeconds, stat.ChangeNanoseconds);
        return error;
    }

    public override int ReadFile(ReadOnlySpan<byte> name, FileContent content, int limit, bool once = false)
    {
        content.Clear();
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;

        // Non-blocking: a fifo with that name would otherwise block the listing forever.
        int descriptor = Open(_descriptor, terminated, LibC.ONoFollow | LibC.ONonBlock, ref _mayKeepTimes);
        if (descriptor < 0) return -descriptor;
        int error = ReadToEnd(descriptor, content, limit, once);
        LinuxCalls.Close(descriptor);
        return error;
    }

    public override int KindOf(ReadOnlySpan<byte> name, out EntryKind kind)
    {
        kind = EntryKind.Other;
        byte* terminated = stackalloc byte[NameRoom];
        return Terminate(name, terminated) ? KindOf(terminated, out kind) : OsError.ENAMETOOLONG;
    }

    public override bool IsMountPoint(ReadOnlySpan<byte> name)
    {
        LibC.StatXBuffer there, here;
        byte none = 0;
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return false;
        if (LinuxCalls.StatX(_descriptor, terminated, LibC.StatXBuffer.BasicStats, &there) != 0) return false;
        const ulong mountRoot = LibC.StatXBuffer.MountRoot;
        if ((there.AttributesMask & mountRoot) != 0) return (there.Attributes & mountRoot) != 0;

        // Before Linux 5.8, only a mount from another device can be recognized.
        return LibC.StatX(_descriptor, &none, LibC.AtEmptyPath, LibC.StatXBuffer.BasicStats, &here) == 0
            && (here.DeviceMajor, here.DeviceMinor) != (there.DeviceMajor, there.DeviceMinor);
    }

    public override int StatusOf(ReadOnlySpan<byte> name, out EntryStatus status)
    {
        LibC.StatXBuffer stat;
        status = default;
        byte* terminated = stackalloc byte[NameRoom];
        if (!Terminate(name, terminated)) return OsError.ENAMETOOLONG;
        int error = -LinuxCalls.StatX(_descriptor, terminated, LibC.StatXBuffer.BasicStats, &stat);
        if (error == 0)
        {
            status = new EntryStatus(
                Kind(stat),
                (long)stat.Size,
                (long)stat.Blocks * BlockSize,
                stat.AccessSeconds,
                stat.ModificationSeconds);
        }

        return error;
    }

    public override int? Lock(LockMode mode)
    {
        int operation = (mode == LockMode.Shared ? LibC.LockShared : LibC.LockExclusive) | LibC.LockNonBlocking;
        int errno;
        do
        {
            errno = LibC.FLock(_descriptor, operation) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (errno == OsError.EINTR);

        _isLocked |= errno == 0;
        return errno;
    }

    public override bool LeadsTo(ReadOnlySpan<byte> name, Folder child)
    {
        byte* terminated = stackalloc byte[NameRoom];
        byte none = 0;
        LibC.StatXBuffer here, there;
        return Terminate(name, terminated)
            && LinuxCalls.StatX(_descriptor, terminated, LibC.StatXBuffer.InodeOnly, &here) == 0
            && LibC.StatX(
                ((NativeFolder)child)._descriptor,
                &none,
                LibC.AtEmptyPath,
                LibC.StatXBuffer.InodeOnly,
                &there) == 0
            && (here.Inode, here.DeviceMajor, here.DeviceMinor) == (there.Inode, there.DeviceMajor, there.DeviceMinor);
    }

    public override void Close()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor < 0) return;

        // Unlocks explicitly: see FileLock.
        if (_isLocked) _ = LibC.FLock(descriptor, LibC.LockNone);
        _isLocked = false;
        LinuxCalls.Close(descriptor);
    }

    private static int Open(int folder, byte* name, int flags, ref bool keepTimes)
    {
        while (true)
        {
            int descriptor =
                LinuxCalls.OpenAt(folder, name, flags | LibC.ORdOnly | LibC.OCloExec | (keepTimes ? LibC.ONoATime : 0));
            if (descriptor == -OsError.EPERM && keepTimes) keepTimes = false;
            else if (descriptor != -OsError.EINTR) return descriptor;
        }
    }

    private static int ReadToEnd(int descriptor, FileContent content, int limit, bool once)
    {
        while (true)
        {
            Span<byte> room = content.Room();
            nint length;
            fixed (byte* buffer = room) length = LinuxCalls.Read(descriptor, buffer, room.Length);
            if (length == -OsError.EINTR) continue;
            if (length <= 0) return (int)-length;
            content.Take((int)length);
            if (content.Length > limit) return OsError.EFBIG;
            if (once && length < room.Length) return 0;
        }
    }

    /// <summary>
    /// Reads the entries from records. Returns the position after the last entry. If it is the largest possible value,
    /// as on ext4, no entry can follow and the last system call can be saved.
    /// </summary>
    private long Parse(EntryList entries, int start, int length)
    {
        ReadOnlySpan<byte> records = entries.Data.Slice(start, length);
        int at = 0;
        long next = 0;
        while (records.Length - at > RecordNameAt)
        {
            next = BinaryPrimitives.ReadInt64LittleEndian(records[(at + RecordNextAt)..]);
            int recordLength = BinaryPrimitives.ReadUInt16LittleEndian(records[(at + RecordLengthAt)..]);
            ReadOnlySpan<byte> name = records[(at + RecordNameAt)..(at + recordLength)];
            name = name[..name.IndexOf((byte)0)];
            byte type = records[at + RecordTypeAt];
            if (!(name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)))
            {
                entries.AddAt(start + at + RecordNameAt, name.Length, Kind(type, name));
            }

            at += recordLength;
        }

        return next;
    }

    private EntryKind Kind(byte type, ReadOnlySpan<byte> name)
    {
        switch (type)
        {
            case TypeFile: return EntryKind.File;
            case TypeFolder: return EntryKind.Folder;
            case TypeLink: return EntryKind.Link;
            case TypeUnknown:
                // Some file systems do not report the kind in the listing.
                return KindOf(name, out EntryKind kind) == 0 ? kind : EntryKind.Other;
            default: return EntryKind.Other;
        }
    }

    private int KindOf(byte* name, out EntryKind kind)
    {
        LibC.StatXBuffer stat;
        kind = EntryKind.Other;
        if (LibC.StatX(_descriptor, name, LibC.AtSymlinkNoFollow, LibC.StatXBuffer.BasicStats, &stat) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        kind = Kind(stat);
        return 0;
    }

    private static EntryKind Kind(in LibC.StatXBuffer stat) => (stat.Mode & ModeKindMask) switch
    {
        ModeFolder => EntryKind.Folder,
        ModeFile => EntryKind.File,
        ModeLink => EntryKind.Link,
        _ => EntryKind.Other,
    };

    private static bool Terminate(ReadOnlySpan<byte> name, byte* buffer)
    {
        if (name.Length >= NameRoom) return false;
        name.CopyTo(new Span<byte>(buffer, NameRoom));
        buffer[name.Length] = 0;
        return true;
    }
}
