using PbsModule.Core.Errors;
using ZstdSharp.Unsafe;

namespace PbsModule.Codecs;

/// <summary>The results of ZstdSharp's calls, which are those of libzstd.</summary>
internal static class SharpZstd
{
    /// <summary>Whether a call failed because the output has no room.</summary>
    public static bool IsFull(nuint result) => Methods.ZSTD_getErrorCode(result)
        is ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall or ZSTD_ErrorCode.ZSTD_error_dstBuffer_null;

    /// <summary>Whether a call failed because the input ends too early.</summary>
    public static bool IsCut(nuint result) =>
        Methods.ZSTD_getErrorCode(result) == ZSTD_ErrorCode.ZSTD_error_srcSize_wrong;

    /// <exception cref="InvalidOperationException">The call failed, which no data can cause.</exception>
    public static void Check(nuint result)
    {
        if (!Methods.ZSTD_isError(result)) return;
        throw new InvalidOperationException($"ZstdSharp: {Methods.ZSTD_getErrorName(result)}");
    }

    public static PbsFormatException Incomplete() => new(PbsErrorId.CompressedDataInvalid, "incomplete frame");

    public static PbsFormatException Invalid(nuint result) =>
        new(PbsErrorId.CompressedDataInvalid, Methods.ZSTD_getErrorName(result));
}
