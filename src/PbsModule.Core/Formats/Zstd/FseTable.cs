using System.Numerics;

namespace PbsModule.Core.Formats;

/// <summary>
/// A decoding table of FSE. A cell is one word: bits 0-15 the lowest of the states that may follow, 16-23 the number of bits that choose
/// among them, 24-31 the number of bits that are added to the value, 32-63 the value's base.
/// </summary>
/// <param name="maxLog">The largest log it may get.</param>
internal sealed class FseTable(int maxLog)
{
    public const int StateBitsShift = 16;
    public const int ExtraBitsShift = 24;
    public const int BaseShift = 32;

    private readonly ulong[] _cells = new ulong[1 << maxLog];

    /// <summary>Log2 of the number of cells in use.</summary>
    public int Log { get; private set; }

    /// <summary>The cells, by state; all states below 1 &lt;&lt; <see cref="Log"/> lead to others of these.</summary>
    public ReadOnlySpan<ulong> Cells => _cells;

    /// <summary>One symbol for ever, which takes no bits.</summary>
    public void BuildSingle(ulong value)
    {
        Log = 0;
        _cells[0] = value;
    }

    /// <param name="distribution">Of a log that the table has room for.</param>
    /// <param name="values">Base and number of extra bits of each symbol, at their places in a cell; at least as many as there are symbols.</param>
    public void Build(in FseDistribution distribution, ReadOnlySpan<ulong> values)
    {
        Log = distribution.Log;
        int size = 1 << Log;
        Span<byte> symbols = stackalloc byte[size];
        Span<ushort> next = stackalloc ushort[distribution.SymbolCount];
        Spread(distribution.Cells, symbols, next);
        for (int state = 0; state < size; state++)
        {
            // The cells of a symbol share the states that follow: those in front, as many as the next power of two lacks, take twice the width.
            int order = next[symbols[state]]++;
            int bits = Log - BitOperations.Log2((uint)order);
            _cells[state] = values[symbols[state]] | (ulong)bits << StateBitsShift | (uint)((order << bits) - size);
        }
    }

    private static void Spread(ReadOnlySpan<short> cells, Span<byte> symbols, Span<ushort> next)
    {
        int mask = symbols.Length - 1;
        int last = mask;
        for (int symbol = 0; symbol < cells.Length; symbol++)
        {
            next[symbol] = (ushort)Math.Abs(cells[symbol]);
            if (cells[symbol] == FseDistribution.LessThanOne) symbols[last--] = (byte)symbol;
        }

        int at = 0;
        int step = (symbols.Length >> 1) + (symbols.Length >> 3) + 3;
        for (int symbol = 0; symbol < cells.Length; symbol++)
        {
            for (int i = 0; i < cells[symbol]; i++)
            {
                symbols[at] = (byte)symbol;
                do at = (at + step) & mask;
                while (at > last);
            }
        }
    }
}
