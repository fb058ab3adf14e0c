using System.Buffers;
using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>Fills a buffer from an offset of a file. Returns the number of bytes read.</summary>
internal delegate int ReadAt(Span<byte> buffer, long offset);

/// <summary>
/// Reads an index of any size once from start to end, with only one piece in memory, and computes its checksum if
/// requested. Each piece is used while it is in the processor's cache, which is more than twice as fast as loading a
/// large index completely.
/// </summary>
internal sealed class IndexReader : IDisposable
{
    // Complete entries of both kinds (5120 of 32 bytes, or 4096 of 40), which fit well into a usual second-level cache.
    private const int PieceSize = 160 << 10;

    private readonly ReadAt _read;
    private readonly bool _isHashed;
    private IncrementalHash? _hash;
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
    private long _at;
    private long _entriesBefore;

    /// <param name="kind">The kind that the file name states.</param>
    /// <param name="read">Reads the file. Its exceptions reach the caller.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="checksum">Whether to compute <see cref="Checksum"/>.</param>
    /// <exception cref="PbsFormatException">The file does not begin as a well-formed index.</exception>
    public IndexReader(IndexKind kind, ReadAt read, long length, bool checksum)
    {
        _read = read;
        try
        {
            Span<byte> start = _piece.AsSpan(0, (int)Math.Min(length, IndexHeader.Size));
            start = start[..read(start, 0)];
            Header = IndexHeader.Parse(kind, start, start.Length < IndexHeader.Size ? start.Length : length);
            _at = IndexHeader.Size;
            _isHashed = checksum;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IndexHeader Header { get; }

    /// <summary>
    /// The size in bytes of the part of the image or archive that was read so far. The complete size after
    /// <see cref="Read"/> has reached the end.
    /// </summary>
    public long LogicalSize { get; private set; }

    /// <summary>The computed checksum of the entries, or null until <see cref="Read"/> has reached the end.</summary>
    public Digest? Checksum { get; private set; }

    /// <summary>Reads the next piece.</summary>
    /// <param name="entries">The entries of the piece. Valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="PbsFormatException">
    /// A chunk does not end after the previous one, or the file ended early.
    /// </exception>
    public bool Read(out ChunkEntries entries)
    {
        entries = default;
        long left = IndexHeader.Size + Header.BodyLength - _at;
        if (left <= 0) return false;
        Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(left, PieceSize));
        if (_read(piece, _at) < piece.Length)
        {
            throw IndexHeader.Invalid("the index became shorter while it was read", _at);
        }

        entries = new ChunkEntries(Header, piece, LogicalSize);
        if (Header.Kind == IndexKind.Dynamic) IndexOrder.Check(entries, _entriesBefore);
        if (_isHashed) Hash(piece, isLast: left == piece.Length);
        LogicalSize = entries.End;
        _entriesBefore += entries.Count;
        _at += piece.Length;
        return true;
    }

    /// <summary>
    /// Hashes a piece. An index of one piece, which is the usual case, is hashed in one call, because preparing an
    /// incremental hash takes as long as hashing 4 KiB.
    /// </summary>
    private void Hash(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (isLast && _entriesBefore == 0)
        {
            Checksum = Digest.Of(piece);
            return;
        }

        _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _hash.AppendData(piece);
        if (isLast) Checksum = Digest.TakeFrom(_hash);
    }

    public void Dispose()
    {
        if (_piece.Length > 0) ArrayPool<byte>.Shared.Return(_piece);
        _piece = [];
        _at = long.MaxValue;
        _hash?.Dispose();
    }
}
