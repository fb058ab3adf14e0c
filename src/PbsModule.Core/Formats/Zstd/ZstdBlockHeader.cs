namespace PbsModule.Core.Formats;

/// <summary>The three bytes before a block.</summary>
internal readonly struct ZstdBlockHeader
{
    public const int Length = 3;

    private const int RunType = 1;
    private const int CompressedType = 2;

    private readonly int _bits;

    private ZstdBlockHeader(int bits) => _bits = bits;

    public bool IsLast => (_bits & 1) != 0;

    public int Type => _bits >> 1 & 3;

    /// <summary>Bytes of the content, or of the data where it is one byte over and over.</summary>
    public int Size => _bits >> 3;

    /// <summary>Bytes that follow.</summary>
    public int ContentSize => Type == RunType ? 1 : Size;

    /// <param name="bytes">Three of them at least.</param>
    /// <param name="limit">The most data a block of the frame may hold; packed it may be longer where that is very little.</param>
    /// <param name="offset">Where they stand in the frames.</param>
    /// <exception cref="PbsFormatException">Larger than blocks may be, or of an unknown type.</exception>
    public static ZstdBlockHeader Parse(ReadOnlySpan<byte> bytes, int limit, long offset)
    {
        ZstdBlockHeader header = new(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
        if (!ZstdBlock.IsKnown(header.Type)) ZstdDamage.Throw("a block of an unknown type", offset);
        if (header.Size > (header.Type == CompressedType ? ZstdFrameHeader.LargestBlock : limit)) ZstdDamage.Throw("a block is larger than its frame allows", offset);
        return header;
    }
}
