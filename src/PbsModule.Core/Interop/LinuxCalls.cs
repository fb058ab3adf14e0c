using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// The calls a listing makes by the ten thousand, straight to the kernel: without libc's preparations for thread
/// cancellation, and without saving an error number that hardly ever is asked for. Results below zero are negated error
/// numbers.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    private static readonly Numbers Call = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new Numbers(Read: 0, Close: 3, GetDents64: 217, OpenAt: 257, StatX: 332),
        Architecture.Arm64 => new Numbers(Read: 63, Close: 57, GetDents64: 61, OpenAt: 56, StatX: 291),
        _ => default,
    };

    /// <summary>Whether they can be made on this machine.</summary>
    public static bool AreKnown { get; } = NativeCode.HasLinux && Call.OpenAt != 0;

    /// <summary>Opens relative to a folder. A descriptor, or an error.</summary>
    public static int OpenAt(int folder, byte* name, int flags) => (int)Make(Call.OpenAt, folder, (nint)name, flags);

    public static void Close(int descriptor) => Syscall(Call.Close, descriptor, 0, 0, 0, 0);

    /// <summary>Bytes read, 0 at the end, or an error.</summary>
    public static nint Read(int descriptor, byte* buffer, int length) =>
        Make(Call.Read, descriptor, (nint)buffer, length);

    /// <summary>Fills the buffer with linux_dirent64 records. Bytes written, 0 at the end, or an error.</summary>
    public static nint GetDents64(int folder, byte* buffer, int length) =>
        Make(Call.GetDents64, folder, (nint)buffer, length);

    /// <summary>What an entry of a folder is, links not followed. 0 or an error.</summary>
    public static int StatX(
        int folder, byte* name, uint mask, LibC.StatXBuffer* result, int flags = LibC.AtSymlinkNoFollow) =>
        (int)Make(Call.StatX, folder, (nint)name, flags, (nint)mask, (nint)result);

    /// <summary>
    /// The runtime may use the error number for its own calls before we get to see it. So a call that fails is made
    /// once more in the way that saves it; none of these does anything when it fails.
    /// </summary>
    private static nint Make(nint number, nint a, nint b, nint c, nint d = 0, nint e = 0)
    {
        nint result = Syscall(number, a, b, c, d, e);
        if (result >= 0) return result;
        result = SyscallWithError(number, a, b, c, d, e);
        return result >= 0 ? result : -Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallWithError(nint number, nint a, nint b, nint c, nint d, nint e);

    private readonly record struct Numbers(nint Read, nint Close, nint GetDents64, nint OpenAt, nint StatX);
}
