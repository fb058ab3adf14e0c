using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// What a file of a snapshot gives, found to be sound as far as that can be told before it is read. For one use.
/// </summary>
internal abstract class FileSource : IDisposable
{
    /// <summary>Bytes it will give.</summary>
    public abstract long Length { get; }

    /// <summary>Bytes it has given up to now; to be asked from any thread.</summary>
    public abstract long Done { get; }

    /// <summary>Gives all of it.</summary>
    /// <param name="sink">Where to.</param>
    /// <param name="onGap">For archives: told of chunks that cannot be had, zeros take their place; null to end with
    /// the first.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">It cannot be read, or is not what it should be.</exception>
    public abstract void CopyTo(IContentSink sink, Action<ChunkGap>? onGap, CancellationToken cancellation);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>
/// The bytes of the file itself, whatever they are; nothing about them is checked. Source: PBS GET download.
/// </summary>
internal sealed class RawSource : FileSource
{
    private const int Step = 1 << 20;

    private readonly IRawFile _file;
    private readonly string _path;
    private long _done;

    /// <param name="file">The file; disposed of with this.</param>
    /// <param name="path">What messages call it.</param>
    public RawSource(IRawFile file, string path) => (_file, _path) = (file, path);

    public override long Length => _file.Length;

    public override long Done => Interlocked.Read(ref _done);

    public override void CopyTo(IContentSink sink, Action<ChunkGap>? onGap, CancellationToken cancellation)
    {
        byte[] step = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(Length, 1, Step));
        long offset = 0;
        while (offset < Length)
        {
            cancellation.ThrowIfCancellationRequested();
            int read =
                StoredFile.Read(_file, step.AsSpan(0, (int)Math.Min(step.Length, Length - offset)), offset, _path);
            if (read == 0)
            {
                throw new PbsStorageException(
                    PbsErrorId.FileUnreadable,
                    $"{PathText.Quote(_path)} became shorter while it was read",
                    _path);
            }

            sink.Write(step.AsSpan(0, read));
            offset += read;
            Interlocked.Exchange(ref _done, offset);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A blob, decoded.</summary>
internal sealed class BlobSource(byte[] data) : FileSource
{
    private long _done;

    public override long Length => data.Length;

    public override long Done => Interlocked.Read(ref _done);

    /// <summary>All of it.</summary>
    public byte[] Data => data;

    public override void CopyTo(IContentSink sink, Action<ChunkGap>? onGap, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        sink.Write(data);
        Interlocked.Exchange(ref _done, data.Length);
    }
}

/// <summary>
/// An image or archive, decoded: its index was found to be the one of the manifest, its chunks are checked on the way.
/// </summary>
/// <param name="content">The snapshot; the caller keeps it.</param>
/// <param name="fileName">Name of the index in it.</param>
/// <param name="length">Bytes of the image or archive.</param>
/// <param name="checksum">Of the index, as it was computed.</param>
/// <param name="cryptMode">How it is protected.</param>
/// <param name="key">For an encrypted one; the caller keeps it.</param>
internal sealed class ArchiveSource(
    ISnapshotContent content,
    string fileName,
    long length,
    Digest checksum,
    CryptMode cryptMode,
    CryptKey? key) : FileSource
{
    private volatile ArchiveDecoder? _decoder;

    public override long Length => length;

    public override long Done => _decoder?.Done ?? 0;

    public override void CopyTo(IContentSink sink, Action<ChunkGap>? onGap, CancellationToken cancellation)
    {
        _decoder = new ArchiveDecoder(content, fileName, cryptMode, key)
        {
            OnGap = onGap,
            ExpectedChecksum = checksum,
        };
        _decoder.Run(sink, cancellation);
    }
}
