using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Tests;

/// <summary>What .NET cannot name or has no word for. Linux only.</summary>
internal static unsafe partial class RawNames
{
    private const uint Mode = 0x1ED;

    /// <summary>A folder whose name is just bytes.</summary>
    public static void CreateFolder(string parent, byte[] name)
    {
        fixed (byte* path = (byte[])[.. Encoding.UTF8.GetBytes(parent), (byte)'/', .. name, 0]) Assert.Equal(0, mkdir(path, Mode));
    }

    public static void CreateFifo(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) Assert.Equal(0, mkfifo(name, Mode));
    }

    /// <summary>Another name of a file.</summary>
    public static void Link(string existing, string path)
    {
        fixed (byte* from = Encoding.UTF8.GetBytes(existing + '\0'),
            to = Encoding.UTF8.GetBytes(path + '\0')) Assert.Equal(0, link(from, to));
    }

    /// <summary>When anything about a file changed last, to the nanosecond; .NET has no word for it.</summary>
    public static string ChangeTime(string path)
    {
        const int Seconds = 96, Nanoseconds = 104, CurrentFolder = -100, NoFollow = 0x100, BasicStats = 0x7FF;
        byte* stat = stackalloc byte[256];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) Assert.Equal(0, statx(CurrentFolder, name, NoFollow, BasicStats, stat));
        return $"{*(long*)(stat + Seconds)}.{*(uint*)(stat + Nanoseconds):D9}";
    }

    [LibraryImport("libc")]
    private static partial int statx(int folder, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc")]
    private static partial int link(byte* existing, byte* path);

    [LibraryImport("libc")]
    private static partial int mkdir(byte* path, uint mode);

    [LibraryImport("libc")]
    private static partial int mkfifo(byte* path, uint mode);
}
