using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>Compresses bytes to Zstandard frames with libzstd. All calls use one native context.</summary>
/// <exception cref="PbsPlatformException">libzstd is missing. Thrown by the constructor.</exception>
internal sealed unsafe class LibZstdEncoder : IZstdEncoder
{
    private const int Level = 1;

    private readonly ZstdEncoderHandle _context = LibZstd.CreateEncoder();

    public LibZstdEncoder() => Check(LibZstd.ZSTD_CCtx_setParameter(_context, LibZstd.CompressionLevel, Level));

    public bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        Prepare(contentSize: 1);
        byte none;
        nuint result;
        fixed (byte* source = data, target = destination)
        {
            byte* to = target is null ? &none : target, from = source is null ? &none : source;
            result = LibZstd.ZSTD_compress2(_context, to, (nuint)destination.Length, from, (nuint)data.Length);
        }

        bool fits = LibZstd.ErrorOf(result) is not (LibZstd.ErrorDestinationTooSmall or LibZstd.ErrorDestinationNull);
        if (fits) Check(result);
        written = fits ? (int)result : 0;
        return fits;
    }

    public void Start() => Prepare(contentSize: 0);

    public bool Push(ReadOnlySpan<byte> input, Span<byte> output, bool isLast, out int consumed, out int written)
    {
        byte none;
        fixed (byte* source = input, target = output)
        {
            LibZstd.Buffer from = new() { Data = source is null ? &none : source, Size = (nuint)input.Length };
            LibZstd.Buffer to = new() { Data = target is null ? &none : target, Size = (nuint)output.Length };
            int directive = isLast ? LibZstd.EndFrame : LibZstd.EndContinue;
            nuint left = LibZstd.ZSTD_compressStream2(_context, &to, &from, directive);
            Check(left);
            consumed = (int)from.Position;
            written = (int)to.Position;
            return from.Position == from.Size && (!isLast || left == 0);
        }
    }

    public void Dispose() => _context.Dispose();

    private void Prepare(int contentSize)
    {
        Check(LibZstd.ZSTD_CCtx_reset(_context, LibZstd.ResetSessionOnly));
        Check(LibZstd.ZSTD_CCtx_setParameter(_context, LibZstd.ContentSizeFlag, contentSize));
    }

    private static void Check(nuint result)
    {
        if (LibZstd.ErrorOf(result) != 0) throw LibZstd.Failure(result);
    }
}
