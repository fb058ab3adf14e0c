namespace PbsModule.Core.Formats;

/// <summary>
/// Decodes the blocks of a frame one after another (RFC 8878, 3.1.1.2 and 3.1.1.3), with what later blocks may take up again: the Huffman
/// code, the tables of sequences, and the last three offsets.
/// </summary>
internal sealed class ZstdBlock
{
    /// <summary>What <see cref="Decode"/> says when the room was too small; how much of it was overwritten is open.</summary>
    public const int Full = -1;

    private const int RawType = 0;
    private const int RunType = 1;
    private const int CompressedType = 2;
    private const int TwoByteCount = 128;
    private const int ThreeByteCount = 255;
    private const int ThreeByteBase = 0x7F00;

    private readonly ZstdLiterals _literals = new();
    private readonly SequenceTable _literalLengths = new(SequenceCodes.LiteralLengths);
    private readonly SequenceTable _offsets = new(SequenceCodes.Offsets);
    private readonly SequenceTable _matchLengths = new(SequenceCodes.MatchLengths);
    private RepeatedOffsets _repeated;

    /// <summary>Begins a frame.</summary>
    public void Reset()
    {
        _literals.Reset();
        _literalLengths.Reset();
        _offsets.Reset();
        _matchLengths.Reset();
        _repeated = RepeatedOffsets.Initial;
    }

    /// <summary>Decodes the content of one block behind what the frame gave before.</summary>
    /// <param name="header">Of the block.</param>
    /// <param name="content">As many bytes as the header says.</param>
    /// <param name="offset">Where the content stands in the frames.</param>
    /// <param name="output">Where the data goes, and how far back matches may reach.</param>
    /// <returns>The end of the data in the room, or <see cref="Full"/>.</returns>
    /// <exception cref="PbsFormatException">Damaged.</exception>
    public int Decode(ZstdBlockHeader header, ReadOnlySpan<byte> content, long offset, in ZstdOutput output)
    {
        Span<byte> free = output.Room[output.Position..];
        switch (header.Type)
        {
            case RawType:
                if (!content.TryCopyTo(free)) return Full;
                return output.Position + content.Length;
            case RunType:
                if (header.Size > free.Length) return Full;
                free[..header.Size].Fill(content[0]);
                return output.Position + header.Size;
            default:
                return DecodeCompressed(content, offset, output);
        }
    }

    private int DecodeCompressed(ReadOnlySpan<byte> content, long offset, in ZstdOutput output)
    {
        int at = _literals.Read(content, offset, output.BlockSize, out ReadOnlySpan<byte> literals);
        int literalCount = literals.Length - ZstdLiterals.Padding;
        int count = ReadCount(content, ref at, offset);
        if (count == 0)
        {
            if (at != content.Length) ZstdDamage.Throw("a block without sequences does not end where it should", offset + at);
            return literals[..literalCount].TryCopyTo(output.Room[output.Position..]) ? output.Position + literalCount : Full;
        }

        if (at >= content.Length) ZstdDamage.Throw("the sequences of a block are cut", offset + at);
        int modes = content[at++];
        if ((modes & 3) != 0) ZstdDamage.Throw("reserved bits of the sequences are set", offset + at - 1);
        at += _literalLengths.Choose(modes >> 6, content[at..], offset + at);
        at += _offsets.Choose(modes >> 4 & 3, content[at..], offset + at);
        at += _matchLengths.Choose(modes >> 2 & 3, content[at..], offset + at);
        Sequences sequences = new(count, _literalLengths.Current, _offsets.Current, _matchLengths.Current);
        return sequences.Execute(content[at..], literals, literalCount, output, ref _repeated, offset + at);
    }

    private static int ReadCount(ReadOnlySpan<byte> content, ref int at, long offset)
    {
        ReadOnlySpan<byte> rest = content[at..];
        int first = rest.IsEmpty ? 0 : rest[0];
        int size = first < TwoByteCount ? 1 : first < ThreeByteCount ? 2 : 3;
        if (rest.Length < size) ZstdDamage.Throw("the sequences of a block are cut", offset + at);
        at += size;
        return size switch
        {
            1 => first,
            2 => (first - TwoByteCount << 8) + rest[1],
            _ => rest[1] + (rest[2] << 8) + ThreeByteBase,
        };
    }

    /// <summary>Whether a type of block is one that the format knows.</summary>
    public static bool IsKnown(int type) => type <= CompressedType;
}
