using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PbsModule.Core.Formats;

/// <summary>How the cells of an FSE table are shared out among its symbols, as a compressed block describes it (RFC 8878, 4.1.1).</summary>
internal ref struct FseDistribution
{
    /// <summary>A symbol of less than one cell's worth; it gets one all the same.</summary>
    public const short LessThanOne = -1;

    private const int SmallestLog = 5;

    private Points _points;

    /// <summary>Log2 of the number of cells.</summary>
    public int Log { get; private set; }

    /// <summary>One more than the last symbol that has cells.</summary>
    public int SymbolCount { get; private set; }

    /// <summary>Bytes of the description.</summary>
    public int Size { get; private set; }

    /// <summary>Cells of each symbol, or <see cref="LessThanOne"/>.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<short> Cells => _points[..SymbolCount];

    /// <param name="bytes">What is left of the block; the description finds its own end.</param>
    /// <param name="maxLog">The largest log that is allowed.</param>
    /// <param name="maxSymbols">How many symbols there are at most.</param>
    /// <param name="offset">Where <paramref name="bytes"/> stand in the frames.</param>
    /// <exception cref="PbsFormatException">Too fine, too many symbols, more cells than there are, or cut.</exception>
    public static FseDistribution Read(ReadOnlySpan<byte> bytes, int maxLog, int maxSymbols, long offset)
    {
        FseDistribution result = default;
        result.Parse(bytes, maxLog, maxSymbols, offset);
        return result;
    }

    /// <summary>A distribution that the format defines.</summary>
    public static FseDistribution Defined(int log, ReadOnlySpan<sbyte> cells)
    {
        FseDistribution result = new() { Log = log, SymbolCount = cells.Length };
        for (int i = 0; i < cells.Length; i++) result._points[i] = cells[i];
        return result;
    }

    private void Parse(ReadOnlySpan<byte> bytes, int maxLog, int maxSymbols, long offset)
    {
        int at = 0;
        Log = Bits(bytes, ref at, 4, offset) + SmallestLog;
        if (Log > maxLog) ZstdDamage.Throw("an FSE table is finer than allowed", offset);
        int left = 1 << Log;
        while (left > 0)
        {
            if (SymbolCount >= maxSymbols) ZstdDamage.Throw("an FSE table has too many symbols", offset);
            int cells = Value(bytes, ref at, left + 1, offset) - 1;
            _points[SymbolCount++] = (short)cells;
            left -= Math.Abs(cells);
            if (cells == 0) SkipAbsent(bytes, ref at, maxSymbols, offset);
        }

        if (SymbolCount > maxSymbols) ZstdDamage.Throw("an FSE table has too many symbols", offset);
        Size = (at + 7) / 8;
    }

    private void SkipAbsent(ReadOnlySpan<byte> bytes, ref int at, int maxSymbols, long offset)
    {
        int more;
        do
        {
            more = Bits(bytes, ref at, 2, offset);
            SymbolCount += more;
            if (SymbolCount > maxSymbols) ZstdDamage.Throw("an FSE table has too many symbols", offset);
        }
        while (more == 3);
    }

    /// <summary>A number from 0 to <paramref name="largest"/>: the lower ones take one bit less.</summary>
    private static int Value(ReadOnlySpan<byte> bytes, ref int at, int largest, long offset)
    {
        int width = BitOperations.Log2((uint)largest) + 1;
        int half = 1 << (width - 1);
        int shortOnes = 2 * half - 1 - largest;
        int low = Bits(bytes, ref at, width - 1, offset);
        if (low < shortOnes) return low;
        return Bits(bytes, ref at, 1, offset) == 0 ? low : low + half - shortOnes;
    }

    private static int Bits(ReadOnlySpan<byte> bytes, ref int at, int count, long offset)
    {
        if (at + count > bytes.Length * 8) ZstdDamage.Throw("an FSE table is cut", offset);
        int value = 0;
        for (int i = 0; i < count; i++, at++) value |= (bytes[at >> 3] >> (at & 7) & 1) << i;
        return value;
    }

    [InlineArray(256)]
    private struct Points
    {
        private short _first;
    }
}
