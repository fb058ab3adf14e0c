namespace PbsModule.Core.Formats;

/// <summary>The literals of a compressed block (RFC 8878, 3.1.1.3.1). One for each decoder: a code of the frame may be used again in later blocks.</summary>
internal sealed class ZstdLiterals
{
    /// <summary>So many bytes behind the literals may be read, whatever they are.</summary>
    public const int Padding = 16;

    private const int RawType = 0;
    private const int SingleType = 1;
    private const int DescribedType = 2;
    private const int FourLargest = 3;

    private readonly HuffmanTable _table = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ZstdFrameHeader.LargestBlock + Padding);

    /// <summary>Begins a frame.</summary>
    public void Reset() => _table.Reset();

    /// <summary>Reads the section.</summary>
    /// <param name="block">The content of the block.</param>
    /// <param name="offset">Where it stands in the frames.</param>
    /// <param name="limit">The most literals there may be.</param>
    /// <param name="literals">The literals and <see cref="Padding"/> more bytes of no meaning; valid until the next call, at most as long as <paramref name="block"/> is.</param>
    /// <returns>Bytes of the section.</returns>
    /// <exception cref="PbsFormatException">Cut, too long, or damaged.</exception>
    public int Read(ReadOnlySpan<byte> block, long offset, int limit, out ReadOnlySpan<byte> literals)
    {
        if (block.IsEmpty) ZstdDamage.Throw("a block without literals", offset);
        int type = block[0] & 3;
        return type is RawType or SingleType ? ReadPlain(block, type, offset, limit, out literals) : ReadCoded(block, type, offset, limit, out literals);
    }

    private int ReadPlain(ReadOnlySpan<byte> block, int type, long offset, int limit, out ReadOnlySpan<byte> literals)
    {
        int format = block[0] >> 2 & 3;
        int head = format switch { 1 => 2, 3 => 3, _ => 1 };
        if (block.Length < head) ZstdDamage.Throw("the literals of a block are cut", offset);
        int length = format switch
        {
            1 => block[0] >> 4 | block[1] << 4,
            3 => block[0] >> 4 | block[1] << 4 | block[2] << 12,
            _ => block[0] >> 3,
        };
        if (length > limit) ZstdDamage.Throw("a block has too many literals", offset);
        int stored = type == RawType ? length : 1;
        if (block.Length - head < stored) ZstdDamage.Throw("the literals of a block are cut", offset);
        if (type == SingleType)
        {
            _buffer.AsSpan(0, length).Fill(block[head]);
        }
        else if (block.Length - head - length >= Padding)
        {
            literals = block.Slice(head, length + Padding);
            return head + stored;
        }
        else
        {
            block.Slice(head, length).CopyTo(_buffer);
        }

        literals = _buffer.AsSpan(0, length + Padding);
        return head + stored;
    }

    private int ReadCoded(ReadOnlySpan<byte> block, int type, long offset, int limit, out ReadOnlySpan<byte> literals)
    {
        int format = block[0] >> 2 & 3;
        (int head, int width) = format switch { FourLargest => (5, 18), 2 => (4, 14), _ => (3, 10) };
        if (block.Length < head) ZstdDamage.Throw("the literals of a block are cut", offset);
        ulong bits = 0;
        for (int i = head - 1; i >= 0; i--) bits = bits << 8 | block[i];
        int mask = (1 << width) - 1;
        int length = (int)(bits >> 4) & mask;
        int stored = (int)(bits >> (4 + width)) & mask;
        if (length > limit) ZstdDamage.Throw("a block has too many literals", offset);
        if (length == 0) ZstdDamage.Throw("a code for no literals", offset);
        if (stored > block.Length - head) ZstdDamage.Throw("the literals of a block are cut", offset);
        ReadOnlySpan<byte> streams = block.Slice(head, stored);
        long at = offset + head;
        if (type == DescribedType)
        {
            int description = _table.Read(streams, at);
            streams = streams[description..];
            at += description;
        }
        else if (_table.Log == 0)
        {
            ZstdDamage.Throw("there is no Huffman code that could be repeated", offset);
        }

        Span<byte> room = _buffer.AsSpan(0, length);
        if (format == 0) HuffmanStreams.DecodeOne(_table, streams, room, at);
        else HuffmanStreams.DecodeFour(_table, streams, room, at);
        literals = _buffer.AsSpan(0, length + Padding);
        return head + stored;
    }
}
