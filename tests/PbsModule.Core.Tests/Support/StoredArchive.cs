using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

/// <summary>The data behind a dynamic index of a golden store, each chunk fetched when it is asked for.</summary>
internal sealed class StoredArchive : IByteSource, IDisposable
{
    private readonly DynamicIndex _index;
    private readonly ChunkReader _chunks;
    private readonly CryptKey? _key;
    private byte[] _chunk = [];
    private int _held = -1;

    /// <param name="store">Where it lies.</param>
    /// <param name="path">Relative to the store: <c>host/alpha/2024-10-27T01:30:00Z/catalog.pcat1.didx</c>.</param>
    /// <param name="key">For an encrypted archive; disposed with it.</param>
    public StoredArchive(GoldenStore store, string path, CryptKey? key = null)
    {
        _index = new DynamicIndex(store.Bytes(path));
        _key = key;
        _chunks = new ChunkReader(store.PathOf(".chunks"), key);
    }

    public long Length => _index.LogicalSize;

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int number = _index.FindChunk(offset);
            ChunkRange range = _index.GetRange(number);
            if (number != _held)
            {
                _chunk = _chunks.Read(_index.GetDigest(number), range.Size, _key is null ? CryptMode.None : CryptMode.Encrypt).ToArray();
                _held = number;
            }

            int length = (int)Math.Min(destination.Length, range.End - offset);
            _chunk.AsSpan((int)(offset - range.Offset), length).CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }
    }

    public byte[] ReadAll()
    {
        byte[] all = new byte[Length];
        Read(0, all);
        return all;
    }

    public void Dispose()
    {
        _chunks.Dispose();
        _key?.Dispose();
    }
}
