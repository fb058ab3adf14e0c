using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PbsModule.Core.Formats;

/// <summary>Literals out of one or four bit streams. Each stream must give its literals and end exactly there.</summary>
internal static unsafe class HuffmanStreams
{
    /// <summary>Fewer literals are never split.</summary>
    private const int FewestSplit = 6;

    private const int JumpTableSize = 6;
    private const int SymbolsPerLoad = 5;

    /// <summary>What one load of a stream may take from it: the bits of <see cref="SymbolsPerLoad"/> codes, and those left over before, in whole bytes.</summary>
    private const int BytesPerLoad = 7;

    /// <exception cref="PbsFormatException">The stream holds more or less than the literals.</exception>
    public static void DecodeOne(HuffmanTable table, ReadOnlySpan<byte> stream, Span<byte> literals, long offset)
    {
        int left = ZstdBits.Open(stream, offset);
        fixed (byte* from = stream, to = literals)
        fixed (ushort* cells = table.Cells)
        {
            Finish(cells, table.Log, from, left, to, to + literals.Length, offset);
        }
    }

    /// <exception cref="PbsFormatException">The sizes do not fit, or a stream holds more or less than its part of the literals.</exception>
    public static void DecodeFour(HuffmanTable table, ReadOnlySpan<byte> streams, Span<byte> literals, long offset)
    {
        if (literals.Length < FewestSplit || streams.Length < JumpTableSize) ZstdDamage.Throw("four streams of literals are cut", offset);
        int part = (literals.Length + 3) / 4;
        int first = BinaryPrimitives.ReadUInt16LittleEndian(streams);
        int second = BinaryPrimitives.ReadUInt16LittleEndian(streams[2..]);
        int third = BinaryPrimitives.ReadUInt16LittleEndian(streams[4..]);
        int fourth = streams.Length - JumpTableSize - first - second - third;
        if (fourth < 1) ZstdDamage.Throw("four streams of literals are cut", offset);
        ReadOnlySpan<byte> a = streams.Slice(JumpTableSize, first);
        ReadOnlySpan<byte> b = streams.Slice(JumpTableSize + first, second);
        ReadOnlySpan<byte> c = streams.Slice(JumpTableSize + first + second, third);
        ReadOnlySpan<byte> d = streams[^fourth..];
        Four at = new()
        {
            A = new Position(ZstdBits.Open(a, offset)),
            B = new Position(ZstdBits.Open(b, offset)),
            C = new Position(ZstdBits.Open(c, offset)),
            D = new Position(ZstdBits.Open(d, offset)),
        };
        fixed (byte* from = streams, to = literals)
        fixed (ushort* cells = table.Cells)
        {
            at.A.Start = from + JumpTableSize;
            at.B.Start = at.A.Start + first;
            at.C.Start = at.B.Start + second;
            at.D.Start = at.C.Start + third;
            byte* end = to + literals.Length;
            int done = Together(cells, table.Log, ref at, to, part, literals.Length - 3 * part);
            Finish(cells, table.Log, at.A.Start, at.A.Left, to + done, to + part, offset);
            Finish(cells, table.Log, at.B.Start, at.B.Left, to + part + done, to + 2 * part, offset);
            Finish(cells, table.Log, at.C.Start, at.C.Left, to + 2 * part + done, to + 3 * part, offset);
            Finish(cells, table.Log, at.D.Start, at.D.Left, to + 3 * part + done, end, offset);
        }
    }

    /// <summary>
    /// All four streams in step, as far as each has whole loads and room. A one behind the bits of a load marks how many were taken from it,
    /// so that no counters are kept.
    /// </summary>
    /// <returns>How many literals of each part are done.</returns>
    private static int Together(ushort* cells, int log, ref Four at, byte* to, int part, int shortest)
    {
        int shift = 64 - log;
        int done = 0;
        while (true)
        {
            int loads = Math.Min(Math.Min(at.A.Loads, at.B.Loads), Math.Min(at.C.Loads, at.D.Loads));
            loads = Math.Min(loads, (shortest - done) / SymbolsPerLoad);
            if (loads <= 0) return done;
            ulong a = at.A.Open(out byte* fromA), b = at.B.Open(out byte* fromB), c = at.C.Open(out byte* fromC), d = at.D.Open(out byte* fromD);
            byte* toA = to + done, toB = toA + part, toC = toB + part, toD = toC + part;
            for (byte* end = toA + loads * SymbolsPerLoad; toA < end; toA += SymbolsPerLoad, toB += SymbolsPerLoad, toC += SymbolsPerLoad, toD += SymbolsPerLoad)
            {
                for (int i = 0; i < SymbolsPerLoad; i++)
                {
                    ushort x = cells[a >> shift], y = cells[b >> shift], z = cells[c >> shift], w = cells[d >> shift];
                    a <<= x;
                    b <<= y;
                    c <<= z;
                    d <<= w;
                    toA[i] = (byte)(x >> 8);
                    toB[i] = (byte)(y >> 8);
                    toC[i] = (byte)(z >> 8);
                    toD[i] = (byte)(w >> 8);
                }

                Reload(ref a, ref fromA);
                Reload(ref b, ref fromB);
                Reload(ref c, ref fromC);
                Reload(ref d, ref fromD);
            }

            at.A.Close(a, fromA);
            at.B.Close(b, fromB);
            at.C.Close(c, fromC);
            at.D.Close(d, fromD);
            done += loads * SymbolsPerLoad;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reload(ref ulong bits, ref byte* from)
    {
        int taken = BitOperations.TrailingZeroCount(bits);
        from -= taken >> 3;
        bits = (ZstdBits.Word(from) | 1) << (taken & 7);
    }

    /// <summary>The rest of one stream, up to its very start.</summary>
    private static void Finish(ushort* cells, int log, byte* from, int left, byte* to, byte* end, long offset)
    {
        int shift = 64 - log;
        while (to < end)
        {
            ulong bits = ZstdBits.Load(from, left);
            for (byte* stop = to + Math.Min(SymbolsPerLoad, end - to); to < stop; to++)
            {
                ushort cell = cells[bits >> shift];
                bits <<= cell;
                left -= (byte)cell;
                *to = (byte)(cell >> 8);
            }
        }

        if (left != 0) ZstdDamage.Throw("a stream of literals does not end where it should", offset);
    }

    /// <summary>Where one stream stands.</summary>
    private struct Position(int left)
    {
        public byte* Start;

        /// <summary>Bits that are left.</summary>
        public int Left = left;

        /// <summary>How often the stream can be loaded whole, whatever the codes take.</summary>
        public readonly int Loads => ((Left >> 3) - sizeof(ulong)) / BytesPerLoad;

        public readonly ulong Open(out byte* from)
        {
            int end = (Left + 7) >> 3;
            from = Start + end - sizeof(ulong);
            return (ZstdBits.Word(from) | 1) << (end * 8 - Left);
        }

        public void Close(ulong bits, byte* from) => Left = (int)(from - Start) * 8 + 64 - BitOperations.TrailingZeroCount(bits);
    }

    private struct Four
    {
        public Position A;
        public Position B;
        public Position C;
        public Position D;
    }
}
