using System.Buffers.Binary;

namespace PbsModule.Core.Formats;

/// <summary>What stands before the blocks of a Zstandard frame (RFC 8878, 3.1.1.1), or instead of them in a skippable one.</summary>
/// <param name="Size">Bytes of the header with its magic number.</param>
/// <param name="IsSkippable">Nothing but bytes to pass over follows; <paramref name="ContentSize"/> of them.</param>
/// <param name="WindowSize">How far back matches may reach.</param>
/// <param name="ContentSize">Bytes that come out, or -1 where the frame does not say.</param>
/// <param name="HasChecksum">Whether four bytes of XXH64 follow the last block.</param>
internal readonly record struct ZstdFrameHeader(int Size, bool IsSkippable, long WindowSize, long ContentSize, bool HasChecksum)
{
    /// <summary>No header is longer.</summary>
    public const int MaxSize = 18;

    /// <summary>The most a block holds, before and after decoding, in any frame.</summary>
    public const int LargestBlock = 128 << 10;

    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const uint SkippableMask = 0xFFFFFFF0;
    private const int SkippableSize = 8;
    private const int Fixed = sizeof(uint) + 1;
    private const int ReservedBit = 8;
    private const int ChecksumBit = 4;
    private const int SingleSegmentBit = 32;
    private const int SmallestWindowLog = 10;
    private const int LargestWindowLog = 31;

    /// <summary>The most a block of this frame holds, before and after decoding.</summary>
    public int BlockSize => (int)Math.Min(WindowSize, LargestBlock);

    /// <summary>Bytes that are needed to read the header, judged by the first ones; more than there are where it is cut.</summary>
    /// <exception cref="PbsFormatException">The magic number is none of Zstandard.</exception>
    public static int SizeOf(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length < sizeof(uint)) return Fixed;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if ((magic & SkippableMask) == SkippableMagic) return SkippableSize;
        if (magic != Magic) ZstdDamage.Refuse(ZstdDamage.UnknownFrame, offset);
        if (bytes.Length < Fixed) return Fixed;
        int descriptor = bytes[sizeof(uint)];
        return Fixed + WindowBytes(descriptor) + DictionaryBytes(descriptor) + ContentSizeBytes(descriptor);
    }

    /// <param name="bytes">At least as many as <see cref="SizeOf"/> says.</param>
    /// <param name="offset">Where they stand in the frames.</param>
    /// <exception cref="PbsFormatException">Reserved bits, or a dictionary is asked for.</exception>
    public static ZstdFrameHeader Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            return new ZstdFrameHeader(SkippableSize, true, 0, BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(uint)..]), false);
        }

        int descriptor = bytes[sizeof(uint)];
        if ((descriptor & ReservedBit) != 0) ZstdDamage.Refuse(ZstdDamage.UnknownParameter, offset);
        int at = Fixed;
        long window = -1;
        if (WindowBytes(descriptor) > 0)
        {
            if (SmallestWindowLog + (bytes[at] >> 3) > LargestWindowLog) ZstdDamage.Refuse(ZstdDamage.LargeWindow, offset);
            long lowest = 1L << (SmallestWindowLog + (bytes[at] >> 3));
            window = lowest + lowest / 8 * (bytes[at++] & 7);
        }

        if (Number(bytes.Slice(at, DictionaryBytes(descriptor))) != 0) ZstdDamage.Refuse(ZstdDamage.Dictionary, offset);
        at += DictionaryBytes(descriptor);
        int length = ContentSizeBytes(descriptor);
        ulong content = Number(bytes.Slice(at, length)) + (length == sizeof(ushort) ? 256UL : 0);
        if (content > long.MaxValue) ZstdDamage.Throw("the frame claims more content than any file holds", offset);
        return new ZstdFrameHeader(at + length, false, window < 0 ? (long)content : window, length == 0 ? -1 : (long)content, (descriptor & ChecksumBit) != 0);
    }

    /// <summary>Compares what came out of the frame with what its header says.</summary>
    /// <exception cref="PbsFormatException">They differ.</exception>
    public void CheckSize(long length, long offset)
    {
        if (ContentSize >= 0 && length != ContentSize) ZstdDamage.Throw($"a frame holds {length} bytes and claims {ContentSize}", offset);
    }

    /// <summary>Compares the hash of what came out of the frame with the one behind its blocks.</summary>
    /// <exception cref="PbsFormatException">They differ.</exception>
    public static void CheckSum(ulong hash, ReadOnlySpan<byte> stored, long offset)
    {
        if ((uint)hash != BinaryPrimitives.ReadUInt32LittleEndian(stored)) ZstdDamage.Refuse(ZstdDamage.Checksum, offset);
    }

    private static int WindowBytes(int descriptor) => (descriptor & SingleSegmentBit) == 0 ? 1 : 0;

    private static int DictionaryBytes(int descriptor) => (descriptor & 3) is 3 ? 4 : descriptor & 3;

    private static int ContentSizeBytes(int descriptor) => (descriptor >> 6) switch
    {
        0 => 1 - WindowBytes(descriptor),
        int log => 1 << log,
    };

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = value << 8 | bytes[i];
        return value;
    }
}
