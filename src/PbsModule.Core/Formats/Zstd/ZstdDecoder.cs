using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Zstd;

/// <summary>
/// Decompresses Zstandard frames. It uses libzstd if it is found, and ZstdSharp otherwise or with
/// <c>PBS_ZSTD=managed</c>. Each worker should keep its own decoder: two threads must never use one at the same time.
/// Consecutive frames form one stream. Other bytes after a frame are an error, as in PBS.
/// </summary>
public sealed class ZstdDecoder : IDisposable
{
    private readonly IZstdDecoder _decoder;

    /// <summary>Creates a decoder of the implementation that the environment selects.</summary>
    /// <exception cref="PbsPlatformException"><c>PBS_ZSTD=library</c> is set, and libzstd is missing.</exception>
    public ZstdDecoder()
        : this(ZstdChoice.OfEnvironment)
    {
    }

    /// <exception cref="PbsPlatformException">libzstd is selected and missing.</exception>
    public ZstdDecoder(ZstdImplementation implementation) =>
        _decoder = ZstdChoice.IsLibrary(implementation)
            ? new LibZstdDecoder()
            : LibraryContext.Libraries.CreateZstdDecoder();

    /// <summary>Whether the decoder is managed code.</summary>
    public bool IsManaged => _decoder is not LibZstdDecoder;

    /// <summary>Decodes all frames into <paramref name="destination"/>, whose length is a strict limit.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="PbsFormatException">
    /// The frames are damaged, incomplete, or contain more data than fits.
    /// </exception>
    public int Decode(ReadOnlySpan<byte> frames, Span<byte> destination) =>
        TryDecode(frames, destination, out int written)
            ? written
            : throw new PbsFormatException(
                PbsErrorId.CompressedDataInvalid, $"decoded data exceeds {destination.Length} bytes");

    /// <summary>
    /// Decodes all frames. Returns false if they contain more than <paramref name="destination"/> can hold.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    public bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written) =>
        _decoder.TryDecode(frames, destination, out written);

    /// <summary>Starts a stream that arrives in pieces. Discards an unfinished one.</summary>
    public void Start() => _decoder.Start();

    /// <summary>
    /// Consumes bytes of <paramref name="input"/> and fills <paramref name="output"/> until one of them is used up. The
    /// caller repeats the call with the rest until the input is consumed and the output was not filled. The caller
    /// limits the total size of the output.
    /// </summary>
    /// <exception cref="PbsFormatException">
    /// The frames are damaged or request a window that is too large (more than 128 MiB).
    /// </exception>
    public void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfZero(output.Length);
        _decoder.Push(input, output, out consumed, out written);
    }

    /// <summary>Ends a stream that arrived in pieces.</summary>
    /// <exception cref="PbsFormatException">The last frame is incomplete, or there was no frame.</exception>
    public void Finish() => _decoder.Finish();

    public void Dispose() => _decoder.Dispose();
}
