using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage;

/// <summary>The data behind an index, each chunk read when it is needed; the ones used last stay in memory. For one thread.</summary>
internal sealed class ChunkSource(ChunkIndex index, ChunkReader chunks, CryptMode cryptMode) : IByteSource
{
    private const int Kept = 8;

    // The one used last comes first.
    private readonly List<(int Number, byte[] Data)> _kept = new(Kept);

    public long Length => index.LogicalSize;

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int number = index.FindChunk(offset);
            ReadOnlySpan<byte> data = Chunk(number).AsSpan((int)(offset - index.GetRange(number).Offset));
            int length = Math.Min(destination.Length, data.Length);
            data[..length].CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }
    }

    /// <summary>Reads everything, chunk by chunk, and keeps none.</summary>
    public void ReadAll(Span<byte> destination)
    {
        foreach (ChunkEntry entry in index.Entries)
        {
            chunks.Read(entry.Digest, entry.Size, cryptMode).CopyTo(destination.Slice((int)entry.Offset, (int)entry.Size));
        }
    }

    private byte[] Chunk(int number)
    {
        int at = _kept.FindIndex(chunk => chunk.Number == number);
        (int, byte[] Data) chunk = at >= 0 ? _kept[at] : (number, chunks.Read(index.GetDigest(number), index.GetRange(number).Size, cryptMode).ToArray());
        if (at == 0) return chunk.Data;
        if (at > 0) _kept.RemoveAt(at);
        else if (_kept.Count == Kept) _kept.RemoveAt(Kept - 1);
        _kept.Insert(0, chunk);
        return chunk.Data;
    }
}
