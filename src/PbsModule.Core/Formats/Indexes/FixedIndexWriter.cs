using System.Numerics;
using System.Runtime.InteropServices;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>
/// Writes an index of chunks of equal size, which may be added in any order. A chunk that is never added has a zero
/// digest, as in PBS. Source: pbs-datastore <c>fixed_index.rs</c>.
/// </summary>
public sealed class FixedIndexWriter
{
    private readonly Digest[] _digests;
    private readonly long _size;
    private readonly long _chunkSize;

    /// <param name="size">The size of the image in bytes, at least 1.</param>
    /// <param name="chunkSize">The chunk size in bytes, a power of two.</param>
    /// <exception cref="PbsArgumentException">No index can have these sizes.</exception>
    public FixedIndexWriter(long size, long chunkSize)
    {
        if (size <= 0) throw Refused($"invalid index size ({size})");
        if (chunkSize <= 0 || !BitOperations.IsPow2(chunkSize)) throw Refused($"invalid chunk size ({chunkSize})");
        long count = ((size - 1) / chunkSize) + 1;
        if (count > Array.MaxLength / Digest.Size) throw Refused($"index too large ({count} chunks)");
        _size = size;
        _chunkSize = chunkSize;
        _digests = new Digest[count];
    }

    /// <summary>The number of chunks.</summary>
    public int Count => _digests.Length;

    /// <summary>
    /// Starts with the digests of an earlier backup of the same image. Then only changed chunks are added.
    /// </summary>
    /// <exception cref="PbsArgumentException">The number of chunks differs.</exception>
    public void CloneFrom(FixedIndex earlier)
    {
        if (earlier.Count != _digests.Length) throw Refused("clone_data_from failed - index sizes not equal");
        for (int i = 0; i < _digests.Length; i++) _digests[i] = earlier.GetDigest(i);
    }

    /// <summary>Sets the digest of a chunk.</summary>
    /// <param name="end">The offset after the chunk in the image, in bytes.</param>
    /// <param name="length">The size of the chunk in bytes: the chunk size, or less at the end of the image.</param>
    /// <param name="digest">The digest of the chunk.</param>
    /// <exception cref="PbsArgumentException">The image has no chunk with this position and size.</exception>
    public void Add(long end, long length, in Digest digest)
    {
        if (end < length) throw Refused($"got chunk with small offset ({end} < {length})");
        if (end > _size) throw Refused($"chunk data exceeds size ({end} > {_size})");
        if (length <= 0 || length > _chunkSize || (length != _chunkSize && end != _size))
        {
            throw Refused($"chunk with unexpected length ({length} != {_chunkSize})");
        }

        long start = end - length;
        if ((start & (_chunkSize - 1)) != 0) throw Refused($"got unaligned chunk (pos = {start})");
        _digests[start / _chunkSize] = digest;
    }

    /// <summary>Sets the digest of a chunk by its number.</summary>
    /// <exception cref="PbsArgumentException">The image has no chunk with this number.</exception>
    public void Set(int index, in Digest digest)
    {
        if ((uint)index >= (uint)_digests.Length)
        {
            throw Refused($"add digest failed - index out of range ({index} >= {_digests.Length})");
        }

        _digests[index] = digest;
    }

    /// <summary>Writes the complete index.</summary>
    /// <param name="stream">Receives the index at its current position. It is left open.</param>
    /// <param name="uuid">The id of the index. PBS uses a random one.</param>
    /// <param name="creationTime">The creation time in Unix seconds.</param>
    /// <returns>The checksum of the digests, which the manifest contains.</returns>
    public Digest WriteTo(Stream stream, Guid uuid, long creationTime)
    {
        ReadOnlySpan<byte> body = MemoryMarshal.AsBytes(_digests.AsSpan());
        Digest checksum = Digest.Of(body);
        Span<byte> header = stackalloc byte[IndexHeader.Size];
        header.Clear();
        IndexHeader.Write(header, IndexKind.Fixed, uuid, creationTime, checksum, _size, _chunkSize);
        stream.Write(header);
        stream.Write(body);
        return checksum;
    }

    private static PbsArgumentException Refused(string reason) => new(PbsErrorId.IndexEntryInvalid, reason);
}
