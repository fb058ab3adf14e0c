using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;
using ZstdSharp.Unsafe;

namespace PbsModule.Codecs;

/// <summary>Interprets the results of ZstdSharp's calls, which use the error codes of libzstd.</summary>
internal static class SharpZstd
{
    private const string Name = "ZstdSharp";

    /// <summary>Whether a call failed because the output buffer is too small.</summary>
    public static bool IsFull(nuint result) => Methods.ZSTD_getErrorCode(result)
        is ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall or ZSTD_ErrorCode.ZSTD_error_dstBuffer_null;

    /// <summary>Whether a call failed because the input ends too early.</summary>
    public static bool IsCut(nuint result) =>
        Methods.ZSTD_getErrorCode(result) == ZSTD_ErrorCode.ZSTD_error_srcSize_wrong;

    /// <exception cref="PbsException">The call failed. The data cannot cause this failure.</exception>
    public static void Check(nuint result)
    {
        if (!Methods.ZSTD_isError(result)) return;
        throw IsOutOfMemory(result) ? OutOfMemory() : LibraryFailure.Of(Name, Methods.ZSTD_getErrorName(result));
    }

    public static PbsFormatException Incomplete() => new(PbsErrorId.CompressedDataInvalid, "incomplete frame");

    /// <summary>
    /// Creates the error of a call that invalid data can make fail. A lack of memory is not reported as invalid data.
    /// </summary>
    public static PbsException Invalid(nuint result) =>
        IsOutOfMemory(result)
            ? OutOfMemory()
            : new PbsFormatException(PbsErrorId.CompressedDataInvalid, Methods.ZSTD_getErrorName(result));

    public static PbsException OutOfMemory() => LibraryFailure.OutOfMemory(Name);

    private static bool IsOutOfMemory(nuint result) =>
        Methods.ZSTD_getErrorCode(result) == ZSTD_ErrorCode.ZSTD_error_memory_allocation;
}
