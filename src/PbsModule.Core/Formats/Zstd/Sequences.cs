using System.Runtime.CompilerServices;

namespace PbsModule.Core.Formats;

/// <summary>
/// The sequences of a block: so many literals, then so many bytes from so far back, decoded from one bit stream and carried out one by one
/// (RFC 8878, 3.1.1.3.2 and 3.1.1.4).
/// </summary>
internal readonly ref struct Sequences(int count, FseTable literalLengths, FseTable offsets, FseTable matchLengths)
{
    /// <summary>Offset values above this are offsets, those up to it name one of the last three.</summary>
    private const uint LastName = 3;

    // After an offset of no more bits there are enough for both lengths; after lengths of no more, for the three states (9 + 9 + 8).
    private const int FewOffsetBits = ZstdBits.Loaded - 16 - 16;
    private const int FewExtraBits = ZstdBits.Loaded - 9 - 9 - 8;

    /// <returns>The end of the data in the room, or <see cref="ZstdBlock.Full"/>.</returns>
    /// <exception cref="PbsFormatException">A match begins before the data, there are too few literals, too much data, or the stream does not end with its sequences.</exception>
    public int Execute(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> literals, int literalCount, in ZstdOutput output, ref RepeatedOffsets repeated, long offset)
    {
        int left = ZstdBits.Open(stream, offset);
        SequenceOutput target = new(literals, literalCount, output);
        SequenceFault fault = Run(stream, ref left, ref target, ref repeated);
        if (left < 0 || (fault == SequenceFault.None && left > 0)) fault = SequenceFault.Stream;
        if (fault == SequenceFault.None && !target.TakeRest()) fault = SequenceFault.Room;
        if (fault == SequenceFault.Room && output.Room.Length - output.Position < output.BlockSize) return ZstdBlock.Full;
        if (fault != SequenceFault.None) Refuse(fault, offset);
        return target.Position;
    }

    private SequenceFault Run(ReadOnlySpan<byte> stream, ref int position, ref SequenceOutput target, ref RepeatedOffsets repeated)
    {
        ReadOnlySpan<ulong> lengthCells = literalLengths.Cells, offsetCells = offsets.Cells, matchCells = matchLengths.Cells;
        int left = position;
        ulong bits = ZstdBits.Load(stream, left);
        ulong length = lengthCells[(int)Take(ref bits, ref left, literalLengths.Log)];
        ulong distance = offsetCells[(int)Take(ref bits, ref left, offsets.Log)];
        ulong match = matchCells[(int)Take(ref bits, ref left, matchLengths.Log)];
        (uint first, uint second, uint third) = (repeated.First, repeated.Second, repeated.Third);
        for (int n = count; ; n--)
        {
            bits = ZstdBits.Load(stream, left);
            int offsetBits = ExtraBits(distance), matchBits = ExtraBits(match), lengthBits = ExtraBits(length);
            uint offset = (uint)(distance >> FseTable.BaseShift) + Take(ref bits, ref left, offsetBits);
            if (offsetBits > FewOffsetBits) bits = ZstdBits.Load(stream, left);
            uint matchLength = (uint)(match >> FseTable.BaseShift) + Take(ref bits, ref left, matchBits);
            uint literalLength = (uint)(length >> FseTable.BaseShift) + Take(ref bits, ref left, lengthBits);
            if (offset > LastName)
            {
                (first, second, third) = (offset - LastName, first, second);
            }
            else
            {
                uint name = literalLength == 0 ? offset + 1 : offset;
                if (name == 2) (first, second) = (second, first);
                else if (name > 2) (first, second, third) = (name == 3 ? third : first - 1, first, second);
            }

            SequenceFault fault = target.Take(literalLength, matchLength, first);
            if (fault != SequenceFault.None || n == 1)
            {
                (repeated.First, repeated.Second, repeated.Third) = (first, second, third);
                position = left;
                return fault;
            }

            if (offsetBits + matchBits + lengthBits > FewExtraBits) bits = ZstdBits.Load(stream, left);
            length = lengthCells[(ushort)length + (int)Take(ref bits, ref left, StateBits(length))];
            match = matchCells[(ushort)match + (int)Take(ref bits, ref left, StateBits(match))];
            distance = offsetCells[(ushort)distance + (int)Take(ref bits, ref left, StateBits(distance))];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Take(ref ulong bits, ref int left, int count)
    {
        uint value = ZstdBits.Top(bits, count);
        bits <<= count;
        left -= count;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ExtraBits(ulong cell) => (byte)(cell >> FseTable.ExtraBitsShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StateBits(ulong cell) => (byte)(cell >> FseTable.StateBitsShift);

    private static void Refuse(SequenceFault fault, long offset) => ZstdDamage.Throw(
        fault switch
        {
            SequenceFault.Literals => "the sequences of a block use more literals than it has",
            SequenceFault.Distance => "a match begins before the data",
            SequenceFault.NoDistance => "a match at no distance",
            SequenceFault.Window => "a match reaches back beyond the window",
            SequenceFault.Room => "a block holds more than its frame allows",
            _ => "the sequences of a block do not end where they should",
        },
        offset);
}
