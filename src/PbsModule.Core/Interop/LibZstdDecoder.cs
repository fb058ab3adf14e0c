using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>Decompresses Zstandard frames with libzstd. All calls use one native context.</summary>
/// <exception cref="PbsPlatformException">libzstd is missing. Thrown by the constructor.</exception>
internal sealed unsafe class LibZstdDecoder : IZstdDecoder
{
    /// <summary>
    /// Base-2 logarithm of the largest window that a streamed frame may request: 128 MiB, which is libzstd's own
    /// default and the size of the largest blob. Decoding into a span needs no window.
    /// </summary>
    private const int LargestWindowLog = 27;

    private readonly ZstdDecoderHandle _context = LibZstd.CreateDecoder();
    private bool _pending;
    private bool _complete;

    public LibZstdDecoder() => Check(LibZstd.ZSTD_DCtx_setParameter(_context, LibZstd.WindowLogMax, LargestWindowLog));

    public bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written)
    {
        written = 0;
        if (frames.IsEmpty) throw Incomplete();
        byte none;
        nuint result;
        fixed (byte* source = frames, target = destination)
        {
            result = LibZstd.ZSTD_decompressDCtx(_context, target is null
                ? &none
                : target, (nuint)destination.Length, source, (nuint)frames.Length);
        }

        switch (LibZstd.ErrorOf(result))
        {
            case 0:
                written = (int)result;
                return true;
            case LibZstd.ErrorDestinationTooSmall or LibZstd.ErrorDestinationNull:
                return false;
            case LibZstd.ErrorSourceSizeWrong:
                throw Incomplete();
            default:
                throw LibZstd.FailureOfData(result);
        }
    }

    public void Start()
    {
        Check(LibZstd.ZSTD_DCtx_reset(_context, LibZstd.ResetSessionOnly));
        _pending = false;
        _complete = false;
    }

    public void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        consumed = written = 0;
        if (input.IsEmpty && !_pending) return;
        byte none;
        fixed (byte* source = input, target = output)
        {
            LibZstd.Buffer from = new() { Data = source is null ? &none : source, Size = (nuint)input.Length };
            LibZstd.Buffer to = new() { Data = target, Size = (nuint)output.Length };
            nuint result = LibZstd.ZSTD_decompressStream(_context, &to, &from);
            if (LibZstd.ErrorOf(result) != 0) throw LibZstd.FailureOfData(result);
            consumed = (int)from.Position;
            written = (int)to.Position;
            _complete = result == 0;
            _pending = !_complete && to.Position == to.Size;
        }
    }

    public void Finish()
    {
        if (!_complete) throw Incomplete();
    }

    public void Dispose() => _context.Dispose();

    private static void Check(nuint result)
    {
        if (LibZstd.ErrorOf(result) != 0) throw LibZstd.Failure(result);
    }

    private static PbsFormatException Incomplete() => new(PbsErrorId.CompressedDataInvalid, "incomplete frame");
}
