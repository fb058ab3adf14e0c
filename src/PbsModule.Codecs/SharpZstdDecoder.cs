using PbsModule.Core.Interop.Libraries;
using ZstdSharp.Unsafe;

namespace PbsModule.Codecs;

/// <summary>Decompresses Zstandard frames with ZstdSharp. All calls use one context.</summary>
internal sealed unsafe class SharpZstdDecoder : IZstdDecoder
{
    /// <summary>
    /// Base-2 logarithm of the largest window that a streamed frame may request: 128 MiB, which is libzstd's own
    /// default and the size of the largest blob. Decoding into a span needs no window.
    /// </summary>
    private const int LargestWindowLog = 27;

    private ZSTD_DCtx_s* _context;
    private bool _pending;
    private bool _complete;

    public SharpZstdDecoder()
    {
        _context = Methods.ZSTD_createDCtx();
        if (_context is null) throw SharpZstd.OutOfMemory();
        nuint result = Methods.ZSTD_DCtx_setParameter(_context, ZSTD_dParameter.ZSTD_d_windowLogMax, LargestWindowLog);
        SharpZstd.Check(result);
    }

    ~SharpZstdDecoder() => Free();

    public bool TryDecode(ReadOnlySpan<byte> frames, Span<byte> destination, out int written)
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        written = 0;
        if (frames.IsEmpty) throw SharpZstd.Incomplete();
        byte none;
        nuint result;
        fixed (byte* source = frames, target = destination)
        {
            void* to = target is null ? &none : target;
            result = Methods.ZSTD_decompressDCtx(_context, to, (nuint)destination.Length, source, (nuint)frames.Length);
        }

        if (SharpZstd.IsFull(result)) return false;
        if (SharpZstd.IsCut(result)) throw SharpZstd.Incomplete();
        if (Methods.ZSTD_isError(result)) throw SharpZstd.Invalid(result);
        written = (int)result;
        return true;
    }

    public void Start()
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        SharpZstd.Check(Methods.ZSTD_DCtx_reset(_context, ZSTD_ResetDirective.ZSTD_reset_session_only));
        _pending = false;
        _complete = false;
    }

    public void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        consumed = written = 0;
        if (input.IsEmpty && !_pending) return;
        byte none;
        fixed (byte* source = input, target = output)
        {
            ZSTD_inBuffer_s from = new() { src = source is null ? &none : source, size = (nuint)input.Length };
            ZSTD_outBuffer_s to = new() { dst = target, size = (nuint)output.Length };
            nuint result = Methods.ZSTD_decompressStream(_context, &to, &from);
            if (Methods.ZSTD_isError(result)) throw SharpZstd.Invalid(result);
            consumed = (int)from.pos;
            written = (int)to.pos;
            _complete = result == 0;
            _pending = !_complete && to.pos == to.size;
        }
    }

    public void Finish()
    {
        if (!_complete) throw SharpZstd.Incomplete();
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_context is not null) _ = Methods.ZSTD_freeDCtx(_context);
        _context = null;
    }
}
