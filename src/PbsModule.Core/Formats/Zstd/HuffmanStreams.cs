using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PbsModule.Core.Formats;

/// <summary>Literals out of one or four bit streams. Each stream must give its literals and end exactly there.</summary>
internal static class HuffmanStreams
{
    /// <summary>Fewer literals are never split.</summary>
    private const int FewestSplit = 6;

    private const int JumpTableSize = 6;
    private const int SymbolsPerLoad = 5;

    /// <summary>What one load of a stream may take from it: the bits of <see cref="SymbolsPerLoad"/> codes, and those left over before, in whole bytes.</summary>
    private const int BytesPerLoad = 7;

    /// <exception cref="PbsFormatException">The stream holds more or less than the literals.</exception>
    public static void DecodeOne(HuffmanTable table, ReadOnlySpan<byte> stream, Span<byte> literals, long offset) =>
        Finish(table.Cells, table.Log, new Position(stream, offset), literals, offset);

    /// <exception cref="PbsFormatException">The sizes do not fit, or a stream holds more or less than its part of the literals.</exception>
    public static void DecodeFour(HuffmanTable table, ReadOnlySpan<byte> streams, Span<byte> literals, long offset)
    {
        if (literals.Length < FewestSplit || streams.Length < JumpTableSize) ZstdDamage.Throw("four streams of literals are cut", offset);
        int part = (literals.Length + 3) / 4;
        int first = BinaryPrimitives.ReadUInt16LittleEndian(streams);
        int second = BinaryPrimitives.ReadUInt16LittleEndian(streams[2..]);
        int third = BinaryPrimitives.ReadUInt16LittleEndian(streams[4..]);
        if (streams.Length - JumpTableSize - first - second - third < 1) ZstdDamage.Throw("four streams of literals are cut", offset);
        ReadOnlySpan<byte> rest = streams[JumpTableSize..];
        Position a = new(rest[..first], offset);
        Position b = new(rest.Slice(first, second), offset);
        Position c = new(rest.Slice(first + second, third), offset);
        Position d = new(rest[(first + second + third)..], offset);
        Span<byte> toA = literals[..part], toB = literals.Slice(part, part), toC = literals.Slice(2 * part, part), toD = literals[(3 * part)..];
        int done = 0;
        while (true)
        {
            int loads = Math.Min(Math.Min(a.Loads, b.Loads), Math.Min(c.Loads, d.Loads));
            loads = Math.Min(loads, (toD.Length - done) / SymbolsPerLoad);
            if (loads <= 0) break;
            int length = loads * SymbolsPerLoad;
            Together(table.Cells, table.Log, ref a, ref b, toA.Slice(done, length), toB.Slice(done, length));
            Together(table.Cells, table.Log, ref c, ref d, toC.Slice(done, length), toD.Slice(done, length));
            done += length;
        }

        Finish(table.Cells, table.Log, a, toA[done..], offset);
        Finish(table.Cells, table.Log, b, toB[done..], offset);
        Finish(table.Cells, table.Log, c, toC[done..], offset);
        Finish(table.Cells, table.Log, d, toD[done..], offset);
    }

    /// <summary>
    /// Two streams in step, a whole number of loads: the processor works on one while it waits for the table of the other. A one behind the bits
    /// of a load marks how many were taken from it, so that no counters are kept.
    /// </summary>
    private static void Together(ReadOnlySpan<ushort> cells, int log, ref Position first, ref Position second, Span<byte> toFirst, Span<byte> toSecond)
    {
        int shift = 64 - log;
        ulong a = first.Open(out int fromA), b = second.Open(out int fromB);
        ReadOnlySpan<byte> streamA = first.Stream, streamB = second.Stream;
        for (int at = 0; at < toFirst.Length; at += SymbolsPerLoad)
        {
            Span<byte> five = toFirst.Slice(at, SymbolsPerLoad), other = toSecond.Slice(at, SymbolsPerLoad);
            five[0] = Next(cells, ref a, shift);
            other[0] = Next(cells, ref b, shift);
            five[1] = Next(cells, ref a, shift);
            other[1] = Next(cells, ref b, shift);
            five[2] = Next(cells, ref a, shift);
            other[2] = Next(cells, ref b, shift);
            five[3] = Next(cells, ref a, shift);
            other[3] = Next(cells, ref b, shift);
            five[4] = Next(cells, ref a, shift);
            other[4] = Next(cells, ref b, shift);
            Reload(streamA, ref a, ref fromA);
            Reload(streamB, ref b, ref fromB);
        }

        first.Close(a, fromA);
        second.Close(b, fromB);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Next(ReadOnlySpan<ushort> cells, ref ulong bits, int shift)
    {
        ushort cell = cells[(int)(bits >> shift)];
        bits <<= cell;
        return (byte)(cell >> 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reload(ReadOnlySpan<byte> stream, ref ulong bits, ref int from)
    {
        int taken = BitOperations.TrailingZeroCount(bits);
        from -= taken >> 3;
        bits = (ZstdBits.Word(stream, from) | 1) << (taken & 7);
    }

    /// <summary>The rest of one stream, up to its very start.</summary>
    private static void Finish(ReadOnlySpan<ushort> cells, int log, Position from, Span<byte> to, long offset)
    {
        int shift = 64 - log;
        int left = from.Left;
        while (!to.IsEmpty)
        {
            ulong bits = ZstdBits.Load(from.Stream, left);
            int count = Math.Min(SymbolsPerLoad, to.Length);
            for (int i = 0; i < count; i++)
            {
                ushort cell = cells[(int)(bits >> shift)];
                bits <<= cell;
                left -= (byte)cell;
                to[i] = (byte)(cell >> 8);
            }

            to = to[count..];
        }

        if (left != 0) ZstdDamage.Throw("a stream of literals does not end where it should", offset);
    }

    /// <summary>Where one stream stands.</summary>
    private ref struct Position(ReadOnlySpan<byte> stream, long offset)
    {
        public readonly ReadOnlySpan<byte> Stream = stream;

        /// <summary>Bits that are left.</summary>
        public int Left = ZstdBits.Open(stream, offset);

        /// <summary>How often the stream can be loaded whole, whatever the codes take.</summary>
        public readonly int Loads => ((Left >> 3) - sizeof(ulong)) / BytesPerLoad;

        public readonly ulong Open(out int from)
        {
            int end = (Left + 7) >> 3;
            from = end - sizeof(ulong);
            return (ZstdBits.Word(Stream, from) | 1) << (end * 8 - Left);
        }

        public void Close(ulong bits, int from) => Left = from * 8 + 64 - BitOperations.TrailingZeroCount(bits);
    }
}
