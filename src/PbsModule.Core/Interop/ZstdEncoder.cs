namespace PbsModule.Core.Interop;

/// <summary>
/// Bytes to Zstandard frames of level 1 without checksum, as PBS writes them, over one native context. One for each
/// worker, never shared by two threads at a time.
/// </summary>
/// <exception cref="PbsPlatformException">libzstd is missing (on construction).</exception>
public sealed unsafe class ZstdEncoder : IDisposable
{
    private const int Level = 1;

    private readonly ZstdEncoderHandle _context = LibZstd.CreateEncoder();

    /// <summary>
    /// An encoder, or null where there is no libzstd or it must not be used: what PBS reads may then be written uncompressed, which it takes as well.
    /// </summary>
    public static ZstdEncoder? CreateIfPresent() => LibZstd.IsPresent && ZstdChoice.OfEnvironment != ZstdImplementation.Managed ? new ZstdEncoder() : null;

    public ZstdEncoder() => Check(LibZstd.ZSTD_CCtx_setParameter(_context, LibZstd.CompressionLevel, Level));

    /// <summary>
    /// One frame as a streaming writer leaves it, without content size: what PBS puts in plain blobs. False when it does
    /// not fit in <paramref name="destination"/>, which is how "only if smaller" is asked for.
    /// </summary>
    public bool TryEncodeStreaming(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        Prepare(contentSize: 0);
        byte none;
        fixed (byte* source = data, target = destination)
        {
            LibZstd.Buffer from = new() { Data = source is null ? &none : source, Size = (nuint)data.Length };
            LibZstd.Buffer to = new() { Data = target is null ? &none : target, Size = (nuint)destination.Length };
            bool fits = Drive(&to, &from, LibZstd.EndContinue) && Drive(&to, &from, LibZstd.EndFrame);
            written = fits ? (int)to.Position : 0;
            return fits;
        }
    }

    /// <summary>One frame with its content size: what PBS puts in encrypted blobs. False when it does not fit.</summary>
    public bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        Prepare(contentSize: 1);
        byte none;
        nuint result;
        fixed (byte* source = data, target = destination)
        {
            result = LibZstd.ZSTD_compress2(
                _context, target is null ? &none : target, (nuint)destination.Length, source is null ? &none : source, (nuint)data.Length);
        }

        bool fits = LibZstd.ErrorOf(result) is not (LibZstd.ErrorDestinationTooSmall or LibZstd.ErrorDestinationNull);
        if (fits) Check(result);
        written = fits ? (int)result : 0;
        return fits;
    }

    /// <summary>Begins a frame that is written in pieces; whatever was under way is forgotten.</summary>
    public void Start() => Prepare(contentSize: 0);

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
        byte none;
        fixed (byte* source = input, target = output)
        {
            LibZstd.Buffer from = new() { Data = source is null ? &none : source, Size = (nuint)input.Length };
            LibZstd.Buffer to = new() { Data = target, Size = (nuint)output.Length };
            nuint left = LibZstd.ZSTD_compressStream2(_context, &to, &from, isLast ? LibZstd.EndFrame : LibZstd.EndContinue);
            Check(left);
            consumed = (int)from.Position;
            written = (int)to.Position;
            return from.Position == from.Size && (!isLast || left == 0);
        }
    }

    public void Dispose() => _context.Dispose();

    // The size of the data must not be known to the library in advance: it would choose another window.
    private bool Drive(LibZstd.Buffer* to, LibZstd.Buffer* from, int directive)
    {
        while (true)
        {
            nuint left = LibZstd.ZSTD_compressStream2(_context, to, from, directive);
            Check(left);
            if (from->Position == from->Size && (directive == LibZstd.EndContinue || left == 0)) return true;
            if (to->Position == to->Size) return false;
        }
    }

    private void Prepare(int contentSize)
    {
        Check(LibZstd.ZSTD_CCtx_reset(_context, LibZstd.ResetSessionOnly));
        Check(LibZstd.ZSTD_CCtx_setParameter(_context, LibZstd.ContentSizeFlag, contentSize));
    }

    private static void Check(nuint result)
    {
        if (LibZstd.ErrorOf(result) != 0) throw new InvalidOperationException($"libzstd: {LibZstd.NameOf(result)}");
    }
}
