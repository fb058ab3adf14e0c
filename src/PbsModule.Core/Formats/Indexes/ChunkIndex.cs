using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>The range of an image or archive that a chunk contains, in bytes.</summary>
public readonly record struct ChunkRange(long Offset, long Size)
{
    public long End => Offset + Size;
}

/// <summary>
/// A complete index in memory, to find chunks by offset. Code that reads all entries of a large index uses
/// <see cref="IndexReader"/>, which keeps only a piece in memory. Several threads can read at the same time.
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

    /// <summary>The number of chunks, at least one.</summary>
    public int Count => Header.Count;

    /// <summary>The size of the image or archive in bytes.</summary>
    public abstract long LogicalSize { get; }

    /// <summary>The size of the last chunk in bytes.</summary>
    public long LastChunkSize => GetRange(Count - 1).Size;

    /// <summary>All entries, as a view of the index in memory.</summary>
    public ChunkEntries Entries => new(Header, _body.Span, 0);

    /// <param name="file">The complete file. It is kept, not copied.</param>
    /// <param name="kind">The kind that the file name states.</param>
    /// <exception cref="PbsFormatException">The file is not a well-formed index.</exception>
    public static ChunkIndex Parse(IndexKind kind, ReadOnlyMemory<byte> file) =>
        kind == IndexKind.Fixed ? new FixedIndex(file) : new DynamicIndex(file);

    /// <param name="index">The number of the chunk, from 0 to <see cref="Count"/> - 1.</param>
    public Digest GetDigest(int index) => Entries.DigestOf(index);

    /// <param name="index">The number of the chunk, from 0 to <see cref="Count"/> - 1.</param>
    public ChunkRange GetRange(int index)
    {
        ChunkEntry entry = Entries[index];
        return new ChunkRange(entry.Offset, entry.Size);
    }

    /// <summary>
    /// Returns the number of the chunk that contains the byte at an offset, or -1 if the image or archive does not
    /// contain it.
    /// </summary>
    public int FindChunk(long offset) => offset < 0 || offset >= LogicalSize ? -1 : Find(offset);

    /// <summary>
    /// Computes the checksum of the entries. Compare it and <see cref="LogicalSize"/> with the manifest.
    /// </summary>
    public Digest ComputeChecksum() => Digest.Of(_body.Span);

    private protected abstract int Find(long offset);
}
