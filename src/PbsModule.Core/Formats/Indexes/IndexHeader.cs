using System.Buffers.Binary;
using System.Numerics;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>
/// The two kinds of indexes: for chunks of equal size (<c>.fidx</c>), and for chunks that are cut by content
/// (<c>.didx</c>).
/// </summary>
public enum IndexKind
{
    Fixed,
    Dynamic,
}

/// <summary>
/// The first 4096 bytes of an index, checked against the length of its file. As in PBS, the stored checksum is not
/// verified when an index is opened: compute it and compare it with the manifest. Source: pbs-datastore
/// <c>fixed_index.rs</c>, <c>dynamic_index.rs</c>.
/// </summary>
public sealed class IndexHeader
{
    /// <summary>The size of the header in bytes.</summary>
    public const int Size = 4096;

    internal const int ChecksumAt = 32;

    private const int UuidAt = 8;
    private const int TimeAt = 24;
    private const int SizeAt = 64;
    private const int ChunkSizeAt = 72;

    private IndexHeader(IndexKind kind, ReadOnlySpan<byte> header, int count)
    {
        Kind = kind;
        Count = count;
        Uuid = new Guid(header.Slice(UuidAt, 16), bigEndian: true);
        CreationTime = BinaryPrimitives.ReadInt64LittleEndian(header[TimeAt..]);
        Checksum = new Digest(header.Slice(ChecksumAt, Digest.Size));
    }

    public IndexKind Kind { get; }

    /// <summary>The number of chunks, at least one.</summary>
    public int Count { get; }

    public Guid Uuid { get; }

    /// <summary>The creation time in Unix seconds, as stored.</summary>
    public long CreationTime { get; }

    /// <summary>The checksum that the writer stored. It is not verified.</summary>
    public Digest Checksum { get; }

    /// <summary>
    /// The size of a fixed index's image in bytes. 0 for a dynamic index, whose last entry contains the size.
    /// </summary>
    public long ImageSize { get; private init; }

    /// <summary>
    /// The size in bytes of each chunk except the last of a fixed index, a power of two. 0 for a dynamic index.
    /// </summary>
    public long ChunkSize { get; private init; }

    /// <summary>The size of an entry in bytes: a digest, and in a dynamic index the end offset before it.</summary>
    public int EntrySize => EntrySizeOf(Kind);

    /// <summary>The size of all entries in bytes.</summary>
    public long BodyLength => (long)Count * EntrySize;

    private static ReadOnlySpan<byte> FixedMagic => [0x2f, 0x7f, 0x41, 0xed, 0x91, 0xfd, 0x0f, 0xcd];

    private static ReadOnlySpan<byte> DynamicMagic => [0x1c, 0x91, 0x4e, 0xa5, 0x19, 0xba, 0xb3, 0xcd];

    internal static int EntrySizeOf(IndexKind kind) =>
        kind == IndexKind.Fixed ? Digest.Size : sizeof(ulong) + Digest.Size;

    /// <param name="kind">The kind that the file name states.</param>
    /// <param name="start">The first 4096 bytes of the file, or the complete file if it is shorter.</param>
    /// <param name="fileLength">The length of the complete file in bytes.</param>
    /// <exception cref="PbsFormatException">
    /// The header is not valid. Order and messages of the checks are PBS's, because verification logs quote them.
    /// </exception>
    public static IndexHeader Parse(IndexKind kind, ReadOnlySpan<byte> start, long fileLength)
    {
        if (fileLength < Size || start.Length < Size) throw Invalid($"index too small ({fileLength})");
        if (!start.StartsWith(kind == IndexKind.Fixed ? FixedMagic : DynamicMagic))
        {
            throw Invalid("got unknown magic number", 0);
        }

        return kind == IndexKind.Fixed ? ParseFixed(start, fileLength - Size) : ParseDynamic(start, fileLength - Size);
    }

    /// <summary>Fills a header that contains only zeros.</summary>
    internal static void Write(
        Span<byte> header, IndexKind kind, Guid uuid, long creationTime, Digest checksum =
            default, long imageSize = 0, long chunkSize = 0)
    {
        (kind == IndexKind.Fixed ? FixedMagic : DynamicMagic).CopyTo(header);
        uuid.TryWriteBytes(header[UuidAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(header[TimeAt..], creationTime);
        checksum.Bytes.CopyTo(header[ChecksumAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[SizeAt..], imageSize);
        BinaryPrimitives.WriteInt64LittleEndian(header[ChunkSizeAt..], chunkSize);
    }

    internal static PbsFormatException Invalid(string reason, long offset = -1) =>
        new(PbsErrorId.IndexInvalid, reason, offset);

    private static IndexHeader ParseFixed(ReadOnlySpan<byte> header, long body)
    {
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[SizeAt..]);
        ulong chunkSize = BinaryPrimitives.ReadUInt64LittleEndian(header[ChunkSizeAt..]);

        // PBS does not check this. It then divides by zero or finds wrong chunks.
        if (chunkSize > long.MaxValue || !BitOperations.IsPow2(chunkSize))
        {
            throw Invalid($"invalid chunk size ({chunkSize})", ChunkSizeAt);
        }

        UInt128 count = ((UInt128)size + chunkSize - 1) / chunkSize;
        if (count * Digest.Size != (UInt128)body)
        {
            throw Invalid($"got unexpected file size ({count * Digest.Size} != {body})");
        }

        return count == 0 || size > long.MaxValue ? throw Invalid("invalid index size", SizeAt)
            : count > int.MaxValue ? throw TooLarge(Size + body)
            : new IndexHeader(IndexKind.Fixed, header, (int)count)
            {
                ImageSize = (long)size,
                ChunkSize = (long)chunkSize,
            };
    }

    private static IndexHeader ParseDynamic(ReadOnlySpan<byte> header, long body)
    {
        (long count, long rest) = Math.DivRem(body, EntrySizeOf(IndexKind.Dynamic));
        return rest != 0 ? throw Invalid("got unexpected file size")
            : count == 0 ? throw Invalid("mapped length must not be zero")
            : count > int.MaxValue ? throw TooLarge(Size + body)
            : new IndexHeader(IndexKind.Dynamic, header, (int)count);
    }

    internal static PbsFormatException TooLarge(long fileLength) => Invalid($"index too large ({fileLength} bytes)");
}
