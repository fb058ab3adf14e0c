using System.Buffers;
using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>Fills a buffer from an offset of a file on, and says how far the file reached.</summary>
internal delegate int ReadAt(Span<byte> buffer, long offset);

/// <summary>
/// One pass over an index of any size, a piece in memory at a time, with its checksum when that is asked for. Each
/// piece is used while the processor's cache holds it, which is more than twice as fast as loading a large index as a
/// whole.
/// </summary>
internal sealed class IndexReader : IDisposable
{
    // Whole entries of both kinds (5120 of 32 bytes, 4096 of 40), well inside a usual second-level cache.
    private const int PieceSize = 160 << 10;

    private readonly ReadAt _read;
    private readonly bool _isHashed;
    private IncrementalHash? _hash;
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
    private long _at;
    private long _entriesBefore;

    /// <param name="kind">What the file's name says it is.</param>
    /// <param name="read">Reads the file; what it throws passes through.</param>
    /// <param name="length">Length of the file.</param>
    /// <param name="checksum">Compute <see cref="Checksum"/> on the way.</param>
    /// <exception cref="PbsFormatException">Not the start of a well-formed index.</exception>
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
    /// Bytes of the image or archive up to here; all of it when <see cref="Read"/> has come to the end.
    /// </summary>
    public long LogicalSize { get; private set; }

    /// <summary>What the checksum of the entries really is, once <see cref="Read"/> has come to the end.</summary>
    public Digest? Checksum { get; private set; }

    /// <summary>Reads the next piece.</summary>
    /// <param name="entries">Valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="PbsFormatException">Chunks do not follow each other, or the file ended early.</exception>
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
    /// An index of one piece, as most are, is hashed at once: to set up a hash of several takes as long as to hash 4
    /// KiB.
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
