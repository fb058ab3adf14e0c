namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Bytes to Zstandard frames of level 1 without checksum, as PBS writes them. One for each worker, never shared by two
/// threads at a time.
/// </summary>
internal interface IZstdEncoder : IDisposable
{
    /// <summary>One frame with its content size. False when it does not fit.</summary>
    bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written);

    /// <summary>Begins a frame without content size, written in pieces; whatever was under way is forgotten.</summary>
    void Start();

    /// <summary>Takes from <paramref name="input"/> and fills <paramref name="output"/> as far as both reach.</summary>
    /// <returns>
    /// True when nothing is left to be written: of the input, or of the frame where this input is its last.
    /// </returns>
    bool Push(ReadOnlySpan<byte> input, Span<byte> output, bool isLast, out int consumed, out int written);
}
