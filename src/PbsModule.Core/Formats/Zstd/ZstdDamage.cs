using System.Diagnostics.CodeAnalysis;

namespace PbsModule.Core.Formats;

/// <summary>
/// The errors of Zstandard decoding, in libzstd's words, which PBS prints; behind them what is wrong with corrupted data, and where in the
/// compressed bytes the part in question begins.
/// </summary>
internal static class ZstdDamage
{
    public const string Corrupted = "Data corruption detected";
    public const string UnknownFrame = "Unknown frame descriptor";
    public const string UnknownParameter = "Unsupported frame parameter";
    public const string LargeWindow = "Frame requires too much memory for decoding";
    public const string Dictionary = "Dictionary mismatch";
    public const string Checksum = "Restored data doesn't match checksum";

    /// <summary>Refuses corrupted data.</summary>
    /// <param name="detail">What is wrong.</param>
    /// <param name="offset">In bytes from the start of the frames.</param>
    /// <exception cref="PbsFormatException">Always.</exception>
    [DoesNotReturn]
    public static void Throw(string detail, long offset) => throw At(detail, offset);

    /// <summary>Refuses data for one of the reasons above.</summary>
    /// <exception cref="PbsFormatException">Always.</exception>
    [DoesNotReturn]
    public static void Refuse(string reason, long offset) => throw new PbsFormatException(PbsErrorId.CompressedDataInvalid, reason, offset);

    public static PbsFormatException At(string detail, long offset) => new(PbsErrorId.CompressedDataInvalid, $"{Corrupted}: {detail}", offset);

    /// <summary>The bytes end before the last frame does.</summary>
    public static PbsFormatException Incomplete() => new(PbsErrorId.CompressedDataInvalid, "incomplete frame");
}
