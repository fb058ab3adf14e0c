using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// Declares calls that read folders and files relative to an open folder. Linux only, because the flags and structures
/// are those of Linux.
/// </summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    public const int AtFdCwd = -100;
    public const int AtSymlinkNoFollow = 0x100;
    public const int AtEmptyPath = 0x1000;

    /// <summary>Queries the server of a network file system instead of its cached attributes.</summary>
    public const int AtForceSync = 0x2000;

    public const int ORdOnly = 0;
    public const int ONonBlock = 0x800;
    public const int OCloExec = 0x80000;
    public const int ONoATime = 0x40000;

    /// <summary>The values of ODirectory and ONoFollow differ between architectures.</summary>
    public static int ODirectory { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public static int ONoFollow { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Whether the calls in this file can be used on this machine.</summary>
    public static bool HasDirectoryCalls { get; } = LinuxCalls.AreKnown;

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte* name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(int folder, byte* name, int flags, uint mask, StatXBuffer* result);

    /// <summary>The used fields of struct statx. Its layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatXBuffer
    {
        public const uint BasicStats = 0x7FF;
        public const uint InodeOnly = 0x100;
        public const uint ChangeTime = 0x80;
        public const ulong MountRoot = 0x2000;

        [FieldOffset(8)] public ulong Attributes;

        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(56)] public ulong AttributesMask;
        [FieldOffset(64)] public long AccessSeconds;
        [FieldOffset(96)] public long ChangeSeconds;
        [FieldOffset(104)] public uint ChangeNanoseconds;
        [FieldOffset(112)] public long ModificationSeconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
