using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Zstandard frames to bytes. One for each worker, never shared by two threads at a time. Several frames in a row are
/// one text; anything else behind a frame is an error, as in PBS.
/// </summary>
internal interface IZstdDecoder : IDisposable
{
    /// <summary>
    /// Decodes everything, or returns false when the frames hold more than <paramref name="destination"/>.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written);

    /// <summary>Begins a text that arrives in pieces; whatever was under way is forgotten.</summary>
    void Start();

    /// <summary>
    /// Takes from <paramref name="input"/> and fills <paramref name="output"/> as far as both reach. Call again with
    /// the rest until the input is used up and the output was not filled. How much comes out in total is the caller's
    /// to bound.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or ask for too large a window.</exception>
    void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written);

    /// <summary>Ends a text that arrived in pieces.</summary>
    /// <exception cref="PbsFormatException">The last frame is incomplete, or there was none.</exception>
    void Finish();
}
