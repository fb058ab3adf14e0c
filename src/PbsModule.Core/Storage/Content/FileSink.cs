using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Writes a new file, from its front to its end or wherever something belongs; it gets holes where there are zeros.
/// </summary>
/// <param name="mutations">The seam.</param>
/// <param name="file">Empty and opened for writing anywhere. The caller keeps it.</param>
internal sealed class FileSink(IFileMutations mutations, SafeFileHandle file) : IOutputSink, IPlacedSink
{
    /// <summary>Bytes after which the disk begins with them.</summary>
    private const long WriteBackStep = 8 << 20;

    private readonly Lock _lock = new();

    // Of what comes in order.
    private long _position;

    private long _written;
    private long _reached;
    private long _begun;

    public void Write(ReadOnlySpan<byte> data)
    {
        WriteAt(_position, data);
        _position += data.Length;
        Reach(_position);
    }

    public void WriteZeros(long length)
    {
        _position += length;
        Reach(_position);
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> data)
    {
        mutations.WriteAt(file, offset, data);
        lock (_lock) _written = Math.Max(_written, offset + data.Length);
    }

    public void Reach(long offset)
    {
        long begin;
        lock (_lock)
        {
            _reached = Math.Max(_reached, offset);
            begin = _begun;
            if (offset - begin < WriteBackStep) return;
            _begun = offset;
        }

        WriteBack.Begin(file, begin, offset - begin);
    }

    public void Complete(CancellationToken cancellation)
    {
        // A hole at the end: nothing was written that would have moved the end there.
        if (_reached > _written) mutations.Truncate(file, _reached);
        WriteBack.Flush(file, _reached, cancellation);
        mutations.Sync(file);
    }
}
