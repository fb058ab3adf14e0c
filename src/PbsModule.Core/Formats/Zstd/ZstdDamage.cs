using System.Diagnostics.CodeAnalysis;

namespace PbsModule.Core.Formats;

/// <summary>The errors of Zstandard decoding: what is wrong and where in the compressed bytes.</summary>
internal static class ZstdDamage
{
    /// <summary>Refuses the data.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <param name="offset">Where the part in question begins, in bytes from the start of the frames.</param>
    /// <exception cref="PbsFormatException">Always.</exception>
    [DoesNotReturn]
    public static void Throw(string reason, long offset) => throw At(reason, offset);

    public static PbsFormatException At(string reason, long offset) => new(PbsErrorId.CompressedDataInvalid, reason, offset);

    /// <summary>The bytes end before the last frame does.</summary>
    public static PbsFormatException Incomplete() => new(PbsErrorId.CompressedDataInvalid, "incomplete frame");
}
