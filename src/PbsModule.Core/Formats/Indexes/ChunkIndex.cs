using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>Which bytes of an image or archive a chunk holds.</summary>
public readonly record struct ChunkRange(long Offset, long Size)
{
    public long End => Offset + Size;
}

/// <summary>
/// A whole index in memory, for looking up chunks by offset. Passes over all entries of large indexes go through
/// <see cref="IndexReader"/>, which keeps only a piece. Reading is safe from several threads.
/// </summary>
public abstract class ChunkIndex
{
    private readonly ReadOnlyMemory<byte> _body;

    private protected ChunkIndex(IndexKind kind, ReadOnlyMemory<byte> file)
    {
        Header = IndexHeader.Parse(kind, file.Span, file.Length);
        _body = file[IndexHeader.Size..];
    }

    public IndexHeader Header { get; }

    public IndexKind Kind => Header.Kind;

    /// <summary>Number of chunks; at least one.</summary>
    public int Count => Header.Count;

    /// <summary>Bytes of the image or archive.</summary>
    public abstract long LogicalSize { get; }

    /// <summary>Bytes of the last chunk.</summary>
    public long LastChunkSize => GetRange(Count - 1).Size;

    /// <summary>All entries, lent from memory.</summary>
    public ChunkEntries Entries => new(Header, _body.Span, 0);

    /// <param name="file">The whole file; kept, not copied.</param>
    /// <param name="kind">What the file's name says it is.</param>
    /// <exception cref="PbsFormatException">Not a well-formed index.</exception>
    public static ChunkIndex Parse(IndexKind kind, ReadOnlyMemory<byte> file) =>
        kind == IndexKind.Fixed ? new FixedIndex(file) : new DynamicIndex(file);

    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public Digest GetDigest(int index) => Entries.DigestOf(index);

    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public ChunkRange GetRange(int index)
    {
        ChunkEntry entry = Entries[index];
        return new ChunkRange(entry.Offset, entry.Size);
    }

    /// <summary>The chunk that holds the byte at an offset, or -1 where the image or archive has none.</summary>
    public int FindChunk(long offset) => offset < 0 || offset >= LogicalSize ? -1 : Find(offset);

    /// <summary>
    /// What the checksum of the entries really is; compare it, and <see cref="LogicalSize"/>, with the manifest.
    /// </summary>
    public Digest ComputeChecksum() => Digest.Of(_body.Span);

    private protected abstract int Find(long offset);
}
