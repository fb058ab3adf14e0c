using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>
/// Declares the calls of libzstd (stable API, version 1.4 or later) and finds the library on each platform.
/// </summary>
internal static unsafe partial class LibZstd
{
    public const string Library = "libzstd";

    public const int CompressionLevel = 100;
    public const int ContentSizeFlag = 200;
    public const int WindowLogMax = 100;
    public const int ResetSessionOnly = 1;
    public const int EndContinue = 0;
    public const int EndFrame = 2;

    // Error codes from zstd_errors.h. They are part of the stable interface.
    public const int ErrorMemoryAllocation = 64;
    public const int ErrorDestinationTooSmall = 70;
    public const int ErrorSourceSizeWrong = 72;
    public const int ErrorDestinationNull = 74;

    static LibZstd() => IsPresent = NativeCode.TryLoad(Library, out _);

    /// <summary>Whether the library is installed on this machine and may be used.</summary>
    public static bool IsPresent { get; }

    /// <summary>
    /// Returns the error code of a failed call, or 0. Errors are returned as the largest values of size_t.
    /// </summary>
    public static int ErrorOf(nuint result) => (nint)result < 0 ? (int)-(nint)result : 0;

    public static string NameOf(nuint result) => Marshal.PtrToStringUTF8(ZSTD_getErrorName(result)) ?? "unknown error";

    /// <summary>Creates the error of a call that data cannot make fail.</summary>
    public static PbsException Failure(nuint result) =>
        ErrorOf(result) == ErrorMemoryAllocation
            ? LibraryFailure.OutOfMemory(Library)
            : LibraryFailure.Of(Library, NameOf(result));

    /// <summary>
    /// Creates the error of a call that invalid data can make fail. A lack of memory is reported as such, so that an
    /// intact chunk is not reported as damaged.
    /// </summary>
    public static PbsException FailureOfData(nuint result) =>
        ErrorOf(result) == ErrorMemoryAllocation
            ? LibraryFailure.OutOfMemory(Library)
            : new PbsFormatException(PbsErrorId.CompressedDataInvalid, NameOf(result));

    /// <exception cref="PbsPlatformException">libzstd is not installed on this machine.</exception>
    public static ZstdDecoderHandle CreateDecoder() => Create(ZSTD_createDCtx);

    /// <exception cref="PbsPlatformException">libzstd is not installed on this machine.</exception>
    public static ZstdEncoderHandle CreateEncoder() => Create(ZSTD_createCCtx);

    /// <summary>
    /// Returns the names under which the library is installed. The name that development packages link comes last.
    /// </summary>
    public static IReadOnlyList<string> Candidates()
    {
        if (OperatingSystem.IsWindows()) return ["libzstd.dll", "zstd.dll"];
        if (OperatingSystem.IsMacOS())
        {
            return
            [
                "libzstd.1.dylib", "libzstd.dylib",
                "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib", "/opt/local/lib/libzstd.1.dylib",
            ];
        }

        return ["libzstd.so.1", "libzstd.so"];
    }

    private static T Create<T>(Func<T> create) where T : SafeHandle
    {
        try
        {
            T handle = create();
            return handle.IsInvalid
                ? throw LibraryFailure.OutOfMemory(Library)
                : handle;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw Missing(e);
        }
    }

    /// <summary>Creates the error for <c>PBS_ZSTD=library</c> when the library is missing.</summary>
    internal static PbsPlatformException Missing(Exception cause)
    {
        string reason = NativeCode.IsAllowed
            ? $"none of {string.Join(", ", Candidates())} could be loaded"
            : $"{NativeCode.Variable}={NativeCode.Off} forbids to load it";
        return new PbsPlatformException(
            PbsErrorId.ZstdMissing,
            $"{ZstdChoice.Variable}=library asks for the Zstandard library, and {reason}",
            null,
            cause)
        {
            RecommendedAction =
                !NativeCode.IsAllowed
                    ? $"Clear {NativeCode.Variable} and start PowerShell again, or clear {ZstdChoice.Variable}."
                    : OperatingSystem.IsWindows()
                        ? "Put libzstd.dll (github.com/facebook/zstd, release for "
                            + $"{RuntimeInformation.ProcessArchitecture}) beside PbsModule.Core.dll, or on the PATH."
                        : OperatingSystem.IsMacOS() ? "Install it: brew install zstd"
                        : "Install the package of libzstd: apt install libzstd1 (Debian, Ubuntu), dnf install libzstd "
                            + "(Fedora, RHEL), apk add zstd-libs (Alpine).",
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Data;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial ZstdDecoderHandle ZSTD_createDCtx();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_DCtx_reset(ZstdDecoderHandle context, int directive);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_DCtx_setParameter(ZstdDecoderHandle context, int parameter, int value);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_decompressDCtx(
        ZstdDecoderHandle context,
        byte* destination,
        nuint capacity,
        byte* source,
        nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_decompressStream(ZstdDecoderHandle context, Buffer* output, Buffer* input);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial ZstdEncoderHandle ZSTD_createCCtx();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_CCtx_reset(ZstdEncoderHandle context, int directive);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_CCtx_setParameter(ZstdEncoderHandle context, int parameter, int value);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_compress2(
        ZstdEncoderHandle context,
        byte* destination,
        nuint capacity,
        byte* source,
        nuint size);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint ZSTD_compressStream2(
        ZstdEncoderHandle context,
        Buffer* output,
        Buffer* input,
        int directive);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint ZSTD_getErrorName(nuint code);
}

/// <summary>A decompression context.</summary>
internal sealed class ZstdDecoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibZstd.ZSTD_freeDCtx(handle) == 0;
}

/// <summary>A compression context.</summary>
internal sealed class ZstdEncoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibZstd.ZSTD_freeCCtx(handle) == 0;
}
