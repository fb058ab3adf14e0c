using System.Runtime.InteropServices;

namespace PbsModule.Bench.Harness;

/// <summary>
/// The system calls of the bare loops, without error texts: they work on stores that the bench wrote itself.
/// </summary>
internal static unsafe partial class Libc
{
    public const int ReadOnly = 0;
    public const int Directory = 0x10000;
    public const int CloseOnExec = 0x80000;
    public const byte TypeDirectory = 4;

    /// <summary>Offset of the name in a record of <see cref="getdents64"/>, zero-terminated.</summary>
    public const int NameOffset = 19;

    public static ushort RecordLength(byte* record) => *(ushort*)(record + 16);

    public static byte RecordType(byte* record) => record[18];

    public static bool IsDots(byte* name) => name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));

    [LibraryImport("libc")]
    public static partial int openat(int folder, byte* name, int flags);

    [LibraryImport("libc")]
    public static partial int fstatat(int folder, byte* name, byte* status, int flags);

    [LibraryImport("libc")]
    public static partial int close(int file);

    [LibraryImport("libc")]
    public static partial nint read(int file, byte* buffer, nuint size);

    [LibraryImport("libc")]
    public static partial nint getdents64(int folder, byte* buffer, nuint size);
}
