using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// Makes the most frequent calls of a listing directly to the kernel. This avoids libc's preparations for thread
/// cancellation and saving an error number that is rarely used. Negative results are negated error numbers.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    private static readonly Numbers Call = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new Numbers(Read: 0, Close: 3, GetDents64: 217, OpenAt: 257, StatX: 332),
        Architecture.Arm64 => new Numbers(Read: 63, Close: 57, GetDents64: 61, OpenAt: 56, StatX: 291),
        _ => default,
    };

    /// <summary>Whether these calls are available on this machine.</summary>
    public static bool AreKnown { get; } = NativeCode.HasLinux && Call.OpenAt != 0;

    /// <summary>Opens an entry relative to a folder. Returns a descriptor or an error.</summary>
    public static int OpenAt(int folder, byte* name, int flags) => (int)Make(Call.OpenAt, folder, (nint)name, flags);

    public static void Close(int descriptor) => Syscall(Call.Close, descriptor, 0, 0, 0, 0);

    /// <summary>Returns the number of bytes read, 0 at the end, or an error.</summary>
    public static nint Read(int descriptor, byte* buffer, int length) =>
        Make(Call.Read, descriptor, (nint)buffer, length);

    /// <summary>
    /// Fills the buffer with linux_dirent64 records. Returns the number of bytes written, 0 at the end, or an error.
    /// </summary>
    public static nint GetDents64(int folder, byte* buffer, int length) =>
        Make(Call.GetDents64, folder, (nint)buffer, length);

    /// <summary>
    /// Reads the status of a folder entry. By default, links are not followed. Returns 0 or an error.
    /// </summary>
    public static int StatX(
        int folder, byte* name, uint mask, LibC.StatXBuffer* result, int flags = LibC.AtSymlinkNoFollow) =>
        (int)Make(Call.StatX, folder, (nint)name, flags, (nint)mask, (nint)result);

    /// <summary>
    /// Makes a call. The runtime may overwrite the error number with its own calls before it can be read. A failed call
    /// is therefore repeated with a declaration that saves the error number. Repeating is safe because a failed call
    /// has no effect.
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
