namespace PbsModule.Core.Formats;

/// <summary>What the three kinds of codes in a sequence mean, and the tables that hold where a block brings none (RFC 8878, 3.1.1.3.2.1).</summary>
/// <param name="maxLog">The largest log of a table.</param>
/// <param name="values">Base and extra bits of each code, as in a cell of <see cref="FseTable"/>.</param>
/// <param name="definedLog">Log of the predefined table.</param>
/// <param name="defined">Cells of the predefined table.</param>
internal sealed class SequenceCodes(int maxLog, ulong[] values, int definedLog, ReadOnlySpan<sbyte> defined)
{
    private const int ShortestMatch = 3;
    private const int LargestOffsetCode = 31;

    /// <summary>How many literals stand before a match.</summary>
    public static SequenceCodes LiteralLengths { get; } = new(
        9,
        Values(0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        6,
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    /// <summary>How far back a match lies: a code is the number of its bits.</summary>
    public static SequenceCodes Offsets { get; } = new(
        8,
        [.. Enumerable.Range(0, LargestOffsetCode + 1).Select(code => Value(1U << code, code))],
        5,
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    /// <summary>How long a match is.</summary>
    public static SequenceCodes MatchLengths { get; } = new(
        9,
        Values(
            ShortestMatch,
            [
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
            ]),
        6,
        [
            1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            -1, -1, -1, -1, -1, -1, -1,
        ]);

    public int MaxLog => maxLog;

    /// <summary>Base and extra bits of each code.</summary>
    public ReadOnlySpan<ulong> Meaning => values;

    /// <summary>The predefined table.</summary>
    public FseTable Predefined { get; } = Table(definedLog, defined, values);

    private static FseTable Table(int log, ReadOnlySpan<sbyte> cells, ulong[] values)
    {
        FseTable table = new(log);
        table.Build(FseDistribution.Defined(log, cells), values);
        return table;
    }

    /// <summary>Each base is the one before it and the numbers that the extra bits before it reach.</summary>
    private static ulong[] Values(uint first, ReadOnlySpan<byte> extraBits)
    {
        ulong[] result = new ulong[extraBits.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Value(first, extraBits[i]);
            first += 1U << extraBits[i];
        }

        return result;
    }

    private static ulong Value(uint lowest, int extraBits) => (ulong)lowest << FseTable.BaseShift | (ulong)(uint)extraBits << FseTable.ExtraBitsShift;
}
