using System.Numerics;

namespace PbsModule.Core.Formats;

/// <summary>
/// The prefix code of literals (RFC 8878, 4.2): a table over the next <see cref="Log"/> bits. A cell is the length of the code in its lower
/// byte and the literal in its upper one.
/// </summary>
internal sealed class HuffmanTable
{
    public const int MaxLog = 11;

    private const int MaxWeights = 255;
    private const int DirectFrom = 128;
    private const int WeightLog = 6;

    private readonly ushort[] _cells = new ushort[1 << MaxLog];
    private readonly FseTable _weightTable = new(WeightLog);
    private readonly byte[] _weights = new byte[MaxWeights + 1];

    /// <summary>Length of the longest code; 0 until a frame has brought a table.</summary>
    public int Log { get; private set; }

    /// <summary>The cells; the first 1 &lt;&lt; <see cref="Log"/> are in use.</summary>
    public ReadOnlySpan<ushort> Cells => _cells;

    /// <summary>Begins a frame, in which there is no table yet.</summary>
    public void Reset() => Log = 0;

    /// <summary>Reads a description and builds the table.</summary>
    /// <param name="bytes">What is left of the literals.</param>
    /// <param name="offset">Where that stands in the frames.</param>
    /// <returns>Bytes of the description.</returns>
    /// <exception cref="PbsFormatException">The description is cut or describes no code.</exception>
    public int Read(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.IsEmpty) ZstdDamage.Throw("the description of a Huffman code is missing", offset);
        int head = bytes[0];
        int size = head < DirectFrom ? head : (head - DirectFrom + 2) / 2;
        if (size >= bytes.Length) ZstdDamage.Throw("the description of a Huffman code is cut", offset);
        ReadOnlySpan<byte> description = bytes.Slice(1, size);
        int count = head < DirectFrom ? ReadCompressed(description, offset + 1) : ReadDirect(description, head - DirectFrom + 1);
        Build(count, offset);
        return 1 + size;
    }

    private int ReadDirect(ReadOnlySpan<byte> description, int count)
    {
        for (int i = 0; i < count; i++) _weights[i] = (byte)((i & 1) == 0 ? description[i / 2] >> 4 : description[i / 2] & 15);
        return count;
    }

    /// <summary>Two FSE states take turns on one stream, until a state cannot be followed by another for want of bits.</summary>
    private int ReadCompressed(ReadOnlySpan<byte> description, long offset)
    {
        FseDistribution distribution = FseDistribution.Read(description, WeightLog, byte.MaxValue + 1, offset);
        _weightTable.Build(distribution, Symbols);
        ReadOnlySpan<byte> stream = description[distribution.Size..];
        int left = ZstdBits.Open(stream, offset);
        if (left < 2 * _weightTable.Log) ZstdDamage.Throw("the weights of a Huffman code are cut", offset);
        int state = Next(stream, ref left, _weightTable.Log);
        int other = Next(stream, ref left, _weightTable.Log);
        for (int count = 0; count < MaxWeights; count++)
        {
            ulong cell = _weightTable.Cells[state];
            _weights[count] = (byte)(cell >> FseTable.BaseShift);
            int bits = (byte)(cell >> FseTable.StateBitsShift);
            if (bits > left)
            {
                if (count + 1 == MaxWeights) break;
                _weights[count + 1] = (byte)(_weightTable.Cells[other] >> FseTable.BaseShift);
                return count + 2;
            }

            (state, other) = (other, (ushort)cell + Next(stream, ref left, bits));
        }

        throw ZstdDamage.At("a Huffman code has too many weights", offset);
    }

    /// <summary>Completes the weights by the last one, which is not written, and fills the table: the longest codes come first.</summary>
    private void Build(int count, long offset)
    {
        Span<int> ranks = stackalloc int[MaxLog + 2];
        ranks.Clear();
        int sum = 0;
        foreach (byte weight in _weights.AsSpan(0, count))
        {
            if (weight > MaxLog) ZstdDamage.Throw("a Huffman code is longer than allowed", offset);
            ranks[weight]++;
            sum += 1 << weight >> 1;
        }

        int log = sum == 0 ? 0 : BitOperations.Log2((uint)sum) + 1;
        int missing = (1 << log) - sum;
        if (log is 0 or > MaxLog || !BitOperations.IsPow2(missing)) ZstdDamage.Throw("the weights make no Huffman code", offset);
        byte last = (byte)(BitOperations.Log2((uint)missing) + 1);
        _weights[count] = last;
        ranks[last]++;
        if (ranks[1] < 2) ZstdDamage.Throw("the weights make no Huffman code", offset);
        Fill(count + 1, log, ranks);
        Log = log;
    }

    private void Fill(int count, int log, Span<int> ranks)
    {
        Span<int> at = stackalloc int[MaxLog + 2];
        int start = 0;
        for (int weight = 1; weight <= log; weight++)
        {
            at[weight] = start;
            start += ranks[weight] << (weight - 1);
        }

        for (int symbol = 0; symbol < count; symbol++)
        {
            int weight = _weights[symbol];
            if (weight == 0) continue;
            int width = 1 << (weight - 1);
            _cells.AsSpan(at[weight], width).Fill((ushort)(symbol << 8 | (log + 1 - weight)));
            at[weight] += width;
        }
    }

    private static int Next(ReadOnlySpan<byte> stream, ref int left, int bits)
    {
        uint value = ZstdBits.Top(ZstdBits.Load(stream, left), bits);
        left -= bits;
        return (int)value;
    }

    private static ReadOnlySpan<ulong> Symbols => SymbolValues;

    private static readonly ulong[] SymbolValues = [.. Enumerable.Range(0, byte.MaxValue + 1).Select(symbol => (ulong)symbol << FseTable.BaseShift)];
}
