using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>One chunk of an index, as a reference into the bytes of the index.</summary>
public readonly ref struct ChunkEntry
{
    private readonly ref readonly Digest _digest;

    internal ChunkEntry(ref readonly Digest digest, long offset, long size)
    {
        _digest = ref digest;
        Offset = offset;
        Size = size;
    }

    public ref readonly Digest Digest => ref _digest;

    /// <summary>The offset of the chunk in the image or archive in bytes.</summary>
    public long Offset { get; }

    /// <summary>
    /// The size of the chunk in bytes, at least one. No chunk can have more than 16 MiB, even if an index states more.
    /// </summary>
    public long Size { get; }
}

/// <summary>
/// Consecutive index entries, as a view of the bytes that contain them. Valid only as long as these bytes. Allocates
/// nothing and copies no digest. <c>foreach</c> is the fastest way to read them.
/// </summary>
public readonly ref struct ChunkEntries
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _chunkSize;
    private readonly long _imageSize;
    private readonly int _entrySize;

    /// <param name="header">The header of the index.</param>
    /// <param name="bytes">The bytes of complete entries.</param>
    /// <param name="offset">The offset of the first chunk in bytes.</param>
    internal ChunkEntries(IndexHeader header, ReadOnlySpan<byte> bytes, long offset)
    {
        _bytes = bytes;
        _entrySize = header.EntrySize;
        _chunkSize = header.ChunkSize;
        _imageSize = header.ImageSize;
        Offset = offset;
        Count = bytes.Length / _entrySize;
    }

    public int Count { get; }

    /// <summary>The offset of the first chunk in bytes.</summary>
    public long Offset { get; }

    /// <summary>The offset after the last chunk in bytes.</summary>
    public long End => Count == 0 ? Offset : EndOf(Count - 1);

    public ChunkEntry this[int index]
    {
        get
        {
            long offset = index == 0 ? Offset : EndOf(index - 1);
            return new ChunkEntry(in DigestOf(index), offset, EndOf(index) - offset);
        }
    }

    /// <param name="index">The position in these entries, starting at 0.</param>
    public ref readonly Digest DigestOf(int index) => ref MemoryMarshal.AsRef<Digest>(EntryAt(index)[^Digest.Size..]);

    /// <param name="index">The position in these entries, starting at 0.</param>
    public long EndOf(int index)
    {
        ReadOnlySpan<byte> entry = EntryAt(index);
        if (_chunkSize == 0) return (long)BinaryPrimitives.ReadUInt64LittleEndian(entry);
        long start = Offset + (index * _chunkSize);
        return _imageSize - start < _chunkSize ? _imageSize : start + _chunkSize;
    }

    /// <summary>
    /// Counts the consecutive entries, from one entry on, that have the same digest and length as the entries at the
    /// same positions of another view.
    /// </summary>
    /// <param name="other">The other view.</param>
    /// <param name="index">The position in these entries, starting at 0. At most <see cref="Count"/>.</param>
    internal int CountSame(ChunkEntries other, int index)
    {
        if (other._entrySize != _entrySize || other._chunkSize != _chunkSize || index >= other.Count
            || index >= Count) return 0;

        // A dynamic chunk begins where the previous one ends.
        if (index == 0 ? Offset != other.Offset : EndOf(index - 1) != other.EndOf(index - 1)) return 0;
        int at = index * _entrySize;
        int same = _bytes[at..].CommonPrefixLength(other._bytes[at..]) / _entrySize;

        // The last chunk of an image may be shorter.
        return _imageSize == other._imageSize ? same : Math.Min(same, Math.Min(Count, other.Count) - 1 - index);
    }

    public Enumerator GetEnumerator() => new(this);

    private ReadOnlySpan<byte> EntryAt(int index)
    {
        // Checked before the multiplication, which could overflow to a valid position.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _bytes.Slice(index * _entrySize, _entrySize);
    }

    /// <summary>Walks the entries from the first to the last.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "The enumerator pattern.")]
    public ref struct Enumerator
    {
        private readonly ref byte _past;
        private readonly int _entrySize;
        private readonly long _chunkSize;
        private readonly long _imageSize;
        private ref byte _next;
        private long _offset;
        private long _end;

        internal Enumerator(ChunkEntries entries)
        {
            _next = ref MemoryMarshal.GetReference(entries._bytes);
            _past = ref Unsafe.Add(ref _next, entries.Count * entries._entrySize);
            _entrySize = entries._entrySize;
            _chunkSize = entries._chunkSize;
            _imageSize = entries._imageSize;
            _end = entries.Offset;
        }

        public readonly ChunkEntry Current =>
            new(in Unsafe.As<byte, Digest>(ref Unsafe.Subtract(ref _next, Digest.Size)), _offset, _end - _offset);

        public bool MoveNext()
        {
            if (!Unsafe.IsAddressLessThan(ref _next, ref _past)) return false;
            _offset = _end;
            _end = _chunkSize == 0 ? LittleEndian(Unsafe.ReadUnaligned<long>(ref _next))
                : _imageSize - _offset < _chunkSize ? _imageSize : _offset + _chunkSize;
            _next = ref Unsafe.Add(ref _next, _entrySize);
            return true;
        }

        private static long LittleEndian(long value) =>
            BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
