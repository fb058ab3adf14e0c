using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// The content of a file in an archive as a stream. For one thread, and as long as its archive is open.
/// </summary>
internal sealed class PxarContentStream : Stream
{
    private readonly ArchiveReader _archive;
    private readonly ChunkSource _source;
    private readonly long _start;
    private readonly long _size;
    private readonly Action<ChunkGap>? _onGap;
    private readonly CancellationToken _cancellation;
    private long _position;

    /// <param name="archive">The archive.</param>
    /// <param name="file">The file.</param>
    /// <param name="onGap">Told of chunks that cannot be had, zeros take their place; null to fail at the
    /// first.</param>
    /// <param name="cancellation">Ends reading.</param>
    /// <exception cref="PbsException">The content is not there.</exception>
    public PxarContentStream(
        ArchiveReader archive,
        PxarEntry file,
        Action<ChunkGap>? onGap,
        CancellationToken cancellation)
    {
        _archive = archive;
        _start = archive.ContentStart(file, onGap is not null);
        _source = archive.ContentOf(file);
        _size = file.Size;
        _onGap = onGap;
        _cancellation = cancellation;
        if (_size > _source.Length - _start)
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveInvalid,
                $"extracted {Math.Max(0, _source.Length - _start)} bytes of a file of {_size} bytes");
        }
    }

    /// <summary>
    /// What is disposed with the stream, in this order: the archive where nobody else has it, then its lock.
    /// </summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <exception cref="PbsException">A chunk cannot be had.</exception>
    public override int Read(Span<byte> buffer)
    {
        _cancellation.ThrowIfCancellationRequested();
        long left = Math.Min(buffer.Length, _size - _position);
        if (left <= 0) return 0;
        ReadOnlySpan<byte> data = _source.Lend(_start + _position, left, out ChunkGap? gap);
        int length = data.Length;
        if (gap is not null)
        {
            if (_onGap is null) throw gap.Check.Error!;
            _onGap(gap);
            length = (int)Math.Min(left, gap.Offset + gap.Length - _start - _position);
            buffer[..length].Clear();
        }

        data.CopyTo(buffer);
        _position += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => _size + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IDisposable owned in Owned) owned.Dispose();
        }

        base.Dispose(disposing);
    }
}
