using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Formats.Zstd;

/// <summary>
/// Reads Zstandard frames from another stream. Used for task archives and packed datastores, not for blobs.
/// </summary>
/// <param name="source">The compressed bytes, from its current position to its end. Closed with this stream.</param>
/// <param name="implementation">The implementation that decodes.</param>
public sealed class ZstdReadStream(Stream source, ZstdImplementation implementation) : Stream
{
    private const int PieceSize = 128 << 10;

    private readonly ZstdDecoder _decoder = Started(implementation);
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
    private int _at;
    private int _end;
    private bool _drained;

    /// <summary>Creates a stream with the implementation that the environment selects.</summary>
    public ZstdReadStream(Stream source)
        : this(source, ZstdChoice.OfEnvironment)
    {
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="PbsFormatException">The frames are damaged or incomplete.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            _decoder.Push(_piece.AsSpan(_at.._end), buffer, out int consumed, out int written);
            _at += consumed;
            if (written > 0) return written;
            if (_at < _end) continue;
            if (_drained) return 0;
            _at = 0;
            _end = source.Read(_piece, 0, PieceSize);
            if (_end > 0) continue;
            _decoder.Finish();
            _drained = true;
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _piece.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_piece);
            _piece = [];
            _at = _end = 0;
            _decoder.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private static ZstdDecoder Started(ZstdImplementation implementation)
    {
        ZstdDecoder decoder = new(implementation);
        decoder.Start();
        return decoder;
    }
}
