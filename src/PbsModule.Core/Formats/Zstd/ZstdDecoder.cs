using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Zstd;

/// <summary>
/// Zstandard frames to bytes: by libzstd where it is found, by ZstdSharp elsewhere or where <c>PBS_ZSTD=managed</c>
/// asks for it. It is worth keeping: one for each worker, never shared by two threads at a time. Several frames in a
/// row are one text; anything else behind a frame is an error, as in PBS.
/// </summary>
public sealed class ZstdDecoder : IDisposable
{
    private readonly IZstdDecoder _decoder;

    /// <summary>Decodes with what the environment chooses.</summary>
    /// <exception cref="PbsPlatformException"><c>PBS_ZSTD=library</c>, and libzstd is missing.</exception>
    public ZstdDecoder()
        : this(ZstdChoice.OfEnvironment)
    {
    }

    /// <exception cref="PbsPlatformException">libzstd is chosen and missing.</exception>
    public ZstdDecoder(ZstdImplementation implementation) =>
        _decoder = ZstdChoice.IsLibrary(implementation)
            ? new LibZstdDecoder()
            : LibraryContext.Libraries.CreateZstdDecoder();

    /// <summary>Whether managed code decodes.</summary>
    public bool IsManaged => _decoder is not LibZstdDecoder;

    /// <summary>Decodes everything into <paramref name="destination"/>, whose length is a hard bound.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="PbsFormatException">The frames are damaged, incomplete, or hold more than fits.</exception>
    public int Decode(ReadOnlySpan<byte> frames, Span<byte> destination) =>
        TryDecode(frames, destination, out int written)
            ? written
            : throw new PbsFormatException(
                PbsErrorId.CompressedDataInvalid, $"decoded data exceeds {destination.Length} bytes");

    /// <summary>
    /// Decodes everything, or returns false when the frames hold more than <paramref name="destination"/>.
    /// </summary>
    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    public bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written) =>
        _decoder.TryDecode(frames, destination, out written);

    /// <summary>Begins a text that arrives in pieces; whatever was under way is forgotten.</summary>
    public void Start() => _decoder.Start();

    /// <summary>
    /// Takes from <paramref name="input"/> and fills <paramref name="output"/> as far as both reach. Call again with
    /// the rest until the input is used up and the output was not filled. How much comes out in total is the caller's
    /// to bound.
    /// </summary>
    /// <exception cref="PbsFormatException">
    /// The frames are damaged or ask for too large a window (more than 128 MiB).
    /// </exception>
    public void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfZero(output.Length);
        _decoder.Push(input, output, out consumed, out written);
    }

    /// <summary>Ends a text that arrived in pieces.</summary>
    /// <exception cref="PbsFormatException">The last frame is incomplete, or there was none.</exception>
    public void Finish() => _decoder.Finish();

    public void Dispose() => _decoder.Dispose();
}
