using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Decompresses Zstandard frames. Each worker has its own decoder: two threads must never use one at the same time.
/// Consecutive frames form one stream. Other bytes after a frame are an error, as in PBS.
/// </summary>
internal interface IZstdDecoder : IDisposable
{
    /// <summary>
    /// Decodes all frames. Returns false if they contain more than <paramref name="destination"/> can hold.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written);

    /// <summary>Starts a stream that arrives in pieces. Discards an unfinished one.</summary>
    void Start();

    /// <summary>
    /// Consumes bytes of <paramref name="input"/> and fills <paramref name="output"/> until one of them is used up. The
    /// caller repeats the call with the rest until the input is consumed and the output was not filled. The caller
    /// limits the total size of the output.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or request a window that is too large.</exception>
    void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written);

    /// <summary>Ends a stream that arrived in pieces.</summary>
    /// <exception cref="PbsFormatException">The last frame is incomplete, or there was no frame.</exception>
    void Finish();
}
