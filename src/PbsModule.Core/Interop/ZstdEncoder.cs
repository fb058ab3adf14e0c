using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>
/// Compresses bytes to Zstandard frames of level 1 without a checksum, as PBS writes them. It uses libzstd if it is
/// found, and ZstdSharp otherwise or with <c>PBS_ZSTD=managed</c>. Each worker has its own encoder: two threads must
/// never use one at the same time.
/// </summary>
public sealed class ZstdEncoder : IDisposable
{
    private readonly IZstdEncoder _encoder;

    /// <summary>Creates an encoder of the implementation that the environment selects.</summary>
    /// <exception cref="PbsPlatformException"><c>PBS_ZSTD=library</c> is set, and libzstd is missing.</exception>
    public ZstdEncoder()
        : this(ZstdChoice.OfEnvironment)
    {
    }

    /// <exception cref="PbsPlatformException">libzstd is selected and missing.</exception>
    public ZstdEncoder(ZstdImplementation implementation) =>
        _encoder = ZstdChoice.IsLibrary(implementation)
            ? new LibZstdEncoder()
            : LibraryContext.Libraries.CreateZstdEncoder();

    /// <summary>
    /// Writes one frame without content size, as a streaming writer does. PBS uses this form in unencrypted blobs.
    /// Returns false if the frame does not fit in <paramref name="destination"/>. With a destination shorter than the
    /// data, the call compresses only if the result is smaller.
    /// </summary>
    public bool TryEncodeStreaming(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        // The encoder must not know the size of the data in advance, because it would select another window.
        _encoder.Start();
        written = 0;
        bool fits = TryPush(data, destination, isLast: false, ref written)
            && TryPush([], destination, isLast: true, ref written);
        if (!fits) written = 0;
        return fits;
    }

    /// <summary>
    /// Writes one frame with its content size. PBS uses this form in encrypted blobs. Returns false if it does not fit.
    /// </summary>
    public bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written) =>
        _encoder.TryEncodeSized(data, destination, out written);

    /// <summary>Starts a frame that is written in pieces. Discards any unfinished frame.</summary>
    public void Start() => _encoder.Start();

    /// <summary>
    /// Consumes bytes of <paramref name="input"/> and fills <paramref name="output"/> until one of them is used up.
    /// </summary>
    /// <param name="input">The data to compress.</param>
    /// <param name="output">Receives the frame. It must not be empty.</param>
    /// <param name="isLast">Whether the frame ends with this input.</param>
    /// <param name="consumed">The number of input bytes consumed.</param>
    /// <param name="written">The number of output bytes written.</param>
    /// <returns>
    /// True if the complete input was consumed and, if it is the last one, the complete frame was written.
    /// </returns>
    public bool Push(ReadOnlySpan<byte> input, Span<byte> output, bool isLast, out int consumed, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfZero(output.Length);
        return _encoder.Push(input, output, isLast, out consumed, out written);
    }

    public void Dispose() => _encoder.Dispose();

    private bool TryPush(ReadOnlySpan<byte> data, Span<byte> destination, bool isLast, ref int end)
    {
        while (true)
        {
            bool isDone = _encoder.Push(data, destination[end..], isLast, out int consumed, out int written);
            end += written;
            if (isDone) return true;
            if (end == destination.Length) return false;
            data = data[consumed..];
        }
    }
}
