using PbsModule.Core.Interop.Libraries;
using ZstdSharp.Unsafe;

namespace PbsModule.Codecs;

/// <summary>Compresses bytes to Zstandard frames with ZstdSharp. All calls use one context.</summary>
internal sealed unsafe class SharpZstdEncoder : IZstdEncoder
{
    private const int Level = 1;

    private ZSTD_CCtx_s* _context;

    public SharpZstdEncoder()
    {
        _context = Methods.ZSTD_createCCtx();
        if (_context is null) throw SharpZstd.OutOfMemory();
        SharpZstd.Check(Methods.ZSTD_CCtx_setParameter(_context, ZSTD_cParameter.ZSTD_c_compressionLevel, Level));
    }

    ~SharpZstdEncoder() => Free();

    public bool TryEncodeSized(ReadOnlySpan<byte> data, Span<byte> destination, out int written)
    {
        Prepare(contentSize: 1);
        byte none;
        nuint result;
        fixed (byte* source = data, target = destination)
        {
            void* to = target is null ? &none : target, from = source is null ? &none : source;
            result = Methods.ZSTD_compress2(_context, to, (nuint)destination.Length, from, (nuint)data.Length);
        }

        bool fits = !SharpZstd.IsFull(result);
        if (fits) SharpZstd.Check(result);
        written = fits ? (int)result : 0;
        return fits;
    }

    public void Start() => Prepare(contentSize: 0);

    public bool Push(ReadOnlySpan<byte> input, Span<byte> output, bool isLast, out int consumed, out int written)
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        byte none;
        fixed (byte* source = input, target = output)
        {
            ZSTD_inBuffer_s from = new() { src = source is null ? &none : source, size = (nuint)input.Length };
            ZSTD_outBuffer_s to = new() { dst = target is null ? &none : target, size = (nuint)output.Length };
            ZSTD_EndDirective directive = isLast ? ZSTD_EndDirective.ZSTD_e_end : ZSTD_EndDirective.ZSTD_e_continue;
            nuint left = Methods.ZSTD_compressStream2(_context, &to, &from, directive);
            SharpZstd.Check(left);
            consumed = (int)from.pos;
            written = (int)to.pos;
            return from.pos == from.size && (!isLast || left == 0);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Prepare(int contentSize)
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        SharpZstd.Check(Methods.ZSTD_CCtx_reset(_context, ZSTD_ResetDirective.ZSTD_reset_session_only));
        SharpZstd.Check(Methods.ZSTD_CCtx_setParameter(_context, ZSTD_cParameter.ZSTD_c_contentSizeFlag, contentSize));
    }

    private void Free()
    {
        if (_context is not null) _ = Methods.ZSTD_freeCCtx(_context);
        _context = null;
    }
}
