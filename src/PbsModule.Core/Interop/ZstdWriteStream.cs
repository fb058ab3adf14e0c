using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop;

/// <summary>
/// Writes one Zstandard frame to another stream. <see cref="Complete"/> ends the frame. Disposing leaves the other
/// stream open.
/// </summary>
/// <exception cref="PbsPlatformException">
/// <c>PBS_ZSTD=library</c> is set, and libzstd is missing. Thrown by the constructor.
/// </exception>
internal sealed class ZstdWriteStream : Stream
{
    private const int PieceSize = 128 << 10;

    private readonly Stream _target;
    private readonly ZstdEncoder _encoder = new();
    private readonly byte[] _piece = new byte[PieceSize];
    private bool _isDone;

    public ZstdWriteStream(Stream target)
    {
        _target = target;
        _encoder.Start();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the frame. Without this call, the output is not a complete frame.</summary>
    public void Complete()
    {
        Push([], isLast: true);
        _isDone = true;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!buffer.IsEmpty) Push(buffer, isLast: false);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _encoder.Dispose();
        base.Dispose(disposing);
    }

    private void Push(ReadOnlySpan<byte> input, bool isLast)
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        bool isAllOut;
        do
        {
            isAllOut = _encoder.Push(input, _piece, isLast, out int consumed, out int written);
            input = input[consumed..];
            _target.Write(_piece, 0, written);
        }
        while (!isAllOut);
    }
}
