using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Store;

/// <summary>Writes an archive into a store as a stream: cuts it into chunks of 4 MiB and writes its index.</summary>
internal sealed class ChunkedStream : Stream
{
    private const int ChunkSize = 4 << 20;

    private readonly string _store;
    private readonly string _fileName;
    private readonly FileStream _file;
    private readonly DynamicIndexWriter _index;
    private readonly ZstdEncoder _zstd = new();
    private readonly byte[] _chunk = new byte[ChunkSize];
    private readonly byte[] _blob = new byte[ChunkSize + BlobHeader.PlainSize];
    private int _used;
    private long _length;

    public ChunkedStream(string store, string folder, string fileName)
    {
        _store = store;
        _fileName = fileName;
        _file = File.Create(Path.Combine(folder, fileName));
        _index = new DynamicIndexWriter(_file, Guid.NewGuid(), 0);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Writes the last chunk and returns the file's manifest entry.</summary>
    public ManifestFile Finish()
    {
        if (_used > 0) Put();
        Digest checksum = _index.Finish();
        _index.Dispose();
        _file.Dispose();
        _zstd.Dispose();
        return new ManifestFile(_fileName, CryptMode.None, (ulong)_length, checksum);
    }

    /// <summary>Returns the number of chunks between two offsets.</summary>
    public static int ChunksBetween(long start, long end) => (int)((end - 1) / ChunkSize) - (int)(start / ChunkSize) + 1;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, ChunkSize - _used);
            buffer[..length].CopyTo(_chunk.AsSpan(_used));
            _used += length;
            buffer = buffer[length..];
            if (_used == ChunkSize) Put();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Put()
    {
        ReadOnlySpan<byte> data = _chunk.AsSpan(0, _used);
        Digest digest = Digest.Of(data);
        string folder = Path.Combine(_store, ".chunks", digest.ToString()[..4]);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, digest.ToString());
        if (!File.Exists(path))
        {
            using FileStream chunk = File.Create(path);
            chunk.Write(_blob.AsSpan(0, DataBlob.Encode(data, _zstd, _blob)));
        }

        _index.Add(_used, digest);
        _used = 0;
    }
}
