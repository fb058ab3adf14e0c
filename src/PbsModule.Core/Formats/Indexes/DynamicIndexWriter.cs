using System.Buffers.Binary;
using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>Writes an index of chunks that are cut by content. Source: pbs-datastore <c>dynamic_index.rs</c>.</summary>
public sealed class DynamicIndexWriter : IDisposable
{
    private const int EntriesHeld = 1024;

    private readonly Stream _stream;
    private readonly byte[] _entries;
    private readonly int _entrySize = IndexHeader.EntrySizeOf(IndexKind.Dynamic);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _used;

    /// <param name="stream">An empty, seekable stream. It is left open.</param>
    /// <param name="uuid">The id of the index. PBS uses a random one.</param>
    /// <param name="creationTime">The creation time in Unix seconds.</param>
    public DynamicIndexWriter(Stream stream, Guid uuid, long creationTime)
    {
        _stream = stream;
        _entries = new byte[EntriesHeld * _entrySize];
        Span<byte> header = stackalloc byte[IndexHeader.Size];
        header.Clear();
        IndexHeader.Write(header, IndexKind.Dynamic, uuid, creationTime);
        stream.Write(header);
    }

    /// <summary>The offset after the last chunk in bytes.</summary>
    public long LogicalSize { get; private set; }

    /// <summary>The number of chunks added.</summary>
    public long Count { get; private set; }

    /// <summary>Appends a chunk.</summary>
    /// <exception cref="PbsArgumentException">The chunk has no bytes.</exception>
    public void Add(long size, in Digest digest)
    {
        if (size <= 0 || LogicalSize > long.MaxValue - size)
        {
            throw new PbsArgumentException(PbsErrorId.IndexEntryInvalid, $"got chunk with unexpected length ({size})");
        }

        LogicalSize += size;
        Span<byte> entry = _entries.AsSpan(_used, _entrySize);
        BinaryPrimitives.WriteInt64LittleEndian(entry, LogicalSize);
        digest.Bytes.CopyTo(entry[sizeof(long)..]);
        _used += _entrySize;
        Count++;
        if (_used == _entries.Length) Flush();
    }

    /// <summary>Writes the remaining entries and completes the header. Nothing can be added afterwards.</summary>
    /// <returns>The checksum of the entries, which the manifest contains.</returns>
    public Digest Finish()
    {
        Flush();
        Digest checksum = Digest.TakeFrom(_hash);
        _stream.Seek(IndexHeader.ChecksumAt, SeekOrigin.Begin);
        _stream.Write(checksum.Bytes);
        _stream.Seek(0, SeekOrigin.End);
        return checksum;
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_entries, 0, _used);
        _stream.Write(_entries, 0, _used);
        _used = 0;
    }
}
