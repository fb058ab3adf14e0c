using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage;

/// <summary>One chunk to be read.</summary>
/// <param name="Number">Which one of the index, from 0 on.</param>
/// <param name="Digest">Its name.</param>
/// <param name="Offset">Where its data begins.</param>
/// <param name="Size">Bytes of its data.</param>
internal readonly record struct QueuedChunk(long Number, Digest Digest, long Offset, long Size);

/// <summary>Hands out the chunks of an index in order, to any number of workers; a piece of the index is in memory at a time.</summary>
internal sealed class ChunkQueue(IndexPass pass)
{
    private readonly Lock _lock = new();
    private readonly List<QueuedChunk> _piece = [];
    private int _next;
    private long _count;
    private bool _isClosed;

    /// <returns>False when there is none left, or the queue was closed.</returns>
    /// <exception cref="PbsException">The index is damaged or cannot be read.</exception>
    public bool TryTake(out QueuedChunk chunk)
    {
        lock (_lock)
        {
            chunk = default;
            if (_isClosed || (_next == _piece.Count && !ReadPiece())) return false;
            chunk = _piece[_next++];
            return true;
        }
    }

    /// <summary>From now on there is nothing to take.</summary>
    public void Close()
    {
        lock (_lock) _isClosed = true;
    }

    private bool ReadPiece()
    {
        if (!pass.Read(out ChunkEntries entries)) return false;
        _piece.Clear();
        _next = 0;
        foreach (ChunkEntry entry in entries) _piece.Add(new QueuedChunk(_count++, entry.Digest, entry.Offset, entry.Size));
        return true;
    }
}
