using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;

namespace PbsModule.Core.Storage.Content;

/// <summary>One chunk to be read.</summary>
/// <param name="Number">Which one of the index, from 0 on.</param>
/// <param name="Digest">Its name.</param>
/// <param name="Offset">Where its data begins.</param>
/// <param name="Size">Bytes of its data.</param>
internal readonly record struct QueuedChunk(long Number, Digest Digest, long Offset, long Size);

/// <summary>
/// Hands out the chunks of an index in order, to any number of workers; a piece of the index is in memory at a time.
/// </summary>
internal sealed class ChunkQueue
{
    private const int PieceLength = 1024;

    private readonly Lock _lock = new();
    private readonly List<QueuedChunk> _piece = [];
    private readonly Func<bool> _readPiece;
    private int _next;
    private long _count;
    private bool _isClosed;

    /// <summary>All chunks of an index that is passed over.</summary>
    public ChunkQueue(IndexPass pass) => _readPiece = () => ReadPiece(pass);

    /// <summary>Some chunks of an index that is in memory.</summary>
    /// <param name="index">The index.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="end">The first behind them.</param>
    public ChunkQueue(ChunkIndex index, int first, int end) => _readPiece = () => ReadPiece(index, first, end);

    /// <returns>False when there is none left, or the queue was closed.</returns>
    /// <exception cref="PbsException">The index is damaged or cannot be read.</exception>
    public bool TryTake(out QueuedChunk chunk)
    {
        lock (_lock)
        {
            chunk = default;
            if (_isClosed || (_next == _piece.Count && !TryReadPiece())) return false;
            chunk = _piece[_next++];
            return true;
        }
    }

    /// <summary>From now on there is nothing to take.</summary>
    public void Close()
    {
        lock (_lock) _isClosed = true;
    }

    private bool TryReadPiece()
    {
        _piece.Clear();
        _next = 0;
        return _readPiece();
    }

    private bool ReadPiece(IndexPass pass)
    {
        if (!pass.Read(out ChunkEntries entries)) return false;
        foreach (ChunkEntry entry in entries) Add(entry);
        return true;
    }

    private bool ReadPiece(ChunkIndex index, int first, int end)
    {
        ChunkEntries entries = index.Entries;
        for (int at = first + (int)_count; at < end && _piece.Count < PieceLength; at++) Add(entries[at]);
        return _piece.Count > 0;
    }

    private void Add(in ChunkEntry entry) =>
        _piece.Add(new QueuedChunk(_count++, entry.Digest, entry.Offset, entry.Size));
}
