namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Compresses bytes to Zstandard frames of level 1 without a checksum, as PBS writes them. Each worker has its own
/// encoder: two threads must never use one at the same time.
/// </summary>
internal interface IZstdEncoder : IDisposable
{
    /// <summary>Writes one frame with its content size. Returns false if it does not fit.</summary>
    bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written);

    /// <summary>Starts a frame without content size that is written in pieces. Discards any unfinished frame.</summary>
    void Start();

    /// <summary>
    /// Consumes bytes of <paramref name="input"/> and fills <paramref name="output"/> until one of them is used up.
    /// </summary>
    /// <returns>
    /// True if the complete input was consumed and, if it is the last one, the complete frame was written.
    /// </returns>
    bool Push(ReadOnlySpan<byte> input, Span<byte> output, bool isLast, out int consumed, out int written);
}
