using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Writes a file from its front to its end. A new file gets holes where there are zeros; a device gets the zeros, because it holds something
/// else already.
/// </summary>
/// <param name="mutations">The seam.</param>
/// <param name="file">Empty and opened for appending, or a device at its start. The caller keeps it.</param>
/// <param name="sparse">Leave holes.</param>
internal sealed class FileSink(IFileMutations mutations, SafeFileHandle file, bool sparse) : IContentSink
{
    private const int ZeroStep = 1 << 20;

    /// <summary>Bytes after which the disk begins with them.</summary>
    private const long WriteBackStep = 8 << 20;

    private byte[]? _zeros;
    private long _length;
    private long _hole;
    private long _begun;

    public void Write(ReadOnlySpan<byte> data)
    {
        if (_hole > 0) Extend();
        mutations.Write(file, data);
        _length += data.Length;
        if (_length - _begun < WriteBackStep) return;
        WriteBack.Begin(file, _begun, _length - _begun);
        _begun = _length;
    }

    public void WriteZeros(long length)
    {
        if (sparse)
        {
            // As one hole, however many chunks it spans; the next byte goes to the new end.
            _hole += length;
            return;
        }

        _zeros ??= new byte[ZeroStep];
        for (; length > 0; length -= ZeroStep) Write(_zeros.AsSpan(0, (int)Math.Min(length, ZeroStep)));
    }

    /// <summary>Brings everything to the disk: some file systems say only then that there is no room.</summary>
    /// <exception cref="OsErrorException">It is not there.</exception>
    public void Complete(CancellationToken cancellation)
    {
        if (_hole > 0) Extend();
        WriteBack.Flush(file, _length, cancellation);
        mutations.Sync(file);
    }

    private void Extend()
    {
        _length += _hole;
        _hole = 0;
        mutations.Truncate(file, _length);
    }
}
