using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>
/// Bytes to Zstandard frames of level 1 without checksum, as PBS writes them: by libzstd where it is found, by
/// ZstdSharp elsewhere or where <c>PBS_ZSTD=managed</c> asks for it. One for each worker, never shared by two threads
/// at a time.
/// </summary>
public sealed class ZstdEncoder : IDisposable
{
    private readonly IZstdEncoder _encoder;

    /// <summary>Encodes with what the environment chooses.</summary>
    /// <exception cref="PbsPlatformException"><c>PBS_ZSTD=library</c>, and libzstd is missing.</exception>
    public ZstdEncoder()
        : this(ZstdChoice.OfEnvironment)
    {
    }

    /// <exception cref="PbsPlatformException">libzstd is chosen and missing.</exception>
    public ZstdEncoder(ZstdImplementation implementation) =>
        _encoder = ZstdChoice.IsLibrary(implementation)
            ? new LibZstdEncoder()
            : LibraryContext.Libraries.CreateZstdEncoder();

    /// <summary>
    /// One frame as a streaming writer leaves it, without content size: what PBS puts in plain blobs. False when it
    /// does not fit in <paramref name="destination"/>, which is how "only if smaller" is asked for.
    /// </summary>
    public bool TryEncodeStreaming(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        // The encoder must not know the size of the data in advance: it would choose another window.
        _encoder.Start();
        written = 0;
        bool fits = TryPush(data, destination, isLast: false, ref written)
            && TryPush([], destination, isLast: true, ref written);
        if (!fits) written = 0;
        return fits;
    }

    /// <summary>
    /// One frame with its content size: what PBS puts in encrypted blobs. False when it does not fit.
    /// </summary>
    public bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written) =>
        _encoder.TryEncodeSized(data, destination, out written);

    /// <summary>Begins a frame that is written in pieces; whatever was under way is forgotten.</summary>
    public void Start() => _encoder.Start();

    /// <summary>Takes from <paramref name="input"/> and fills <paramref name="output"/> as far as both reach.</summary>
    /// <param name="input">What is to be packed.</param>
    /// <param name="output">Where to; not empty.</param>
    /// <param name="isLast">Whether the frame ends with this input.</param>
    /// <param name="consumed">Bytes taken.</param>
    /// <param name="written">Bytes written.</param>
    /// <returns>True when nothing is left to be written: of the input, or of the frame.</returns>
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
