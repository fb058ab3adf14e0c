using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// The four calls a listing makes by the ten thousand, straight to the kernel: without libc's preparations for thread
/// cancellation, and without saving an error number that nobody asks for. Results below zero are negated error numbers.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    private static readonly Numbers Call = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new Numbers(Read: 0, Close: 3, GetDents64: 217, OpenAt: 257),
        Architecture.Arm64 => new Numbers(Read: 63, Close: 57, GetDents64: 61, OpenAt: 56),
        _ => default,
    };

    /// <summary>Whether they can be made on this machine.</summary>
    public static bool AreKnown { get; } = OperatingSystem.IsLinux() && Call.OpenAt != 0;

    /// <summary>Opens relative to a folder. A descriptor, or an error.</summary>
    public static int OpenAt(int folder, byte* name, int flags) => (int)Result(Syscall(Call.OpenAt, folder, (nint)name, flags, 0));

    public static void Close(int descriptor) => Syscall(Call.Close, descriptor, 0, 0, 0);

    /// <summary>Bytes read, 0 at the end, or an error.</summary>
    public static nint Read(int descriptor, byte* buffer, int length) => Result(Syscall(Call.Read, descriptor, (nint)buffer, length, 0));

    /// <summary>Fills the buffer with linux_dirent64 records. Bytes written, 0 at the end, or an error.</summary>
    public static nint GetDents64(int folder, byte* buffer, int length) => Result(Syscall(Call.GetDents64, folder, (nint)buffer, length, 0));

    private static nint Result(nint result) => result >= 0 ? result : -Marshal.GetLastSystemError();

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d);

    private readonly record struct Numbers(nint Read, nint Close, nint GetDents64, nint OpenAt);
}
