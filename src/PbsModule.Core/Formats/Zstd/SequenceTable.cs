namespace PbsModule.Core.Formats;

/// <summary>The table of one kind of code from block to block of a frame: predefined, one symbol, described, or the last one again.</summary>
internal sealed class SequenceTable(SequenceCodes codes)
{
    private const int PredefinedMode = 0;
    private const int SingleMode = 1;
    private const int DescribedMode = 2;

    private readonly FseTable _own = new(codes.MaxLog);
    private FseTable? _current;

    /// <summary>The table of the block; there is one after <see cref="Choose"/>.</summary>
    public FseTable Current => _current!;

    /// <summary>Begins a frame, in which nothing can be repeated yet.</summary>
    public void Reset() => _current = null;

    /// <summary>Takes what the header of a block says of this table.</summary>
    /// <param name="mode">Its two bits.</param>
    /// <param name="bytes">What is left of the block.</param>
    /// <param name="offset">Where that stands in the frames.</param>
    /// <returns>The number of bytes it took.</returns>
    /// <exception cref="PbsFormatException">A damaged description, an unknown symbol, or nothing to repeat.</exception>
    public int Choose(int mode, ReadOnlySpan<byte> bytes, long offset)
    {
        switch (mode)
        {
            case PredefinedMode:
                _current = codes.Predefined;
                return 0;
            case SingleMode:
                if (bytes.IsEmpty || bytes[0] >= codes.Meaning.Length) ZstdDamage.Throw("the only symbol of a table is missing or unknown", offset);
                _own.BuildSingle(codes.Meaning[bytes[0]]);
                _current = _own;
                return 1;
            case DescribedMode:
                FseDistribution distribution = FseDistribution.Read(bytes, codes.MaxLog, codes.Meaning.Length, offset);
                _own.Build(distribution, codes.Meaning);
                _current = _own;
                return distribution.Size;
            default:
                if (_current is null) ZstdDamage.Throw("there is no table that could be repeated", offset);
                return 0;
        }
    }
}
