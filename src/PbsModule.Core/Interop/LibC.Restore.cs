using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// Declares calls that create entries relative to an open folder and restore their metadata. Linux only.
/// </summary>
internal static unsafe partial class LibC
{
    public const int AtRemoveDir = 0x200;

    /// <summary>Opens the entry itself, including a link or a device, only as a reference to it.</summary>
    public const int OPath = 0x200000;

    /// <summary>The value in place of a user or group number that leaves the number unchanged.</summary>
    public const uint NoChange = uint.MaxValue;

    // These values are the same on every 64-bit architecture of Linux.
    public const nuint GetFlags = 0x80086601;
    public const nuint SetFlags = 0x40086602;
    public const nuint GetProject = 0x801C581F;
    public const nuint SetProject = 0x401C5820;

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(int folder, byte* name, uint mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    public static partial int MakeNodeAt(int folder, byte* name, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int MakeLinkAt(byte* target, int folder, byte* name);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(int fromFolder, byte* from, int toFolder, byte* to, int flags);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int folder, byte* name, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(int fromFolder, byte* from, int toFolder, byte* to);

    /// <summary>Some C libraries do not have this function.</summary>
    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt(int fromFolder, byte* from, int toFolder, byte* to, uint flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    public static partial int ChangeOwnerAt(int folder, byte* name, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    public static partial int ChangeModeAt(int folder, byte* name, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimesAt(int folder, byte* name, TimeSpec* accessAndModification, int flags);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    public static partial int SetAttribute(int file, byte* name, byte* value, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "setxattr", SetLastError = true)]
    public static partial int SetAttribute(byte* path, byte* name, byte* value, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int file, nuint request, void* argument);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int file, byte* bytes, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    public static partial int Duplicate(int file);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int file, long length);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int file, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int file, uint mode);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    public static partial int SetTimes(int file, TimeSpec* accessAndModification);
}
