using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace PbsModule.Core.Formats;

/// <summary>
/// GCM where the processor's instructions are out of reach: the framework's AES in ECB makes the key stream, GHASH goes a
/// byte at a time over a table of the 256 multiples of the hash key (Shoup's method).
/// </summary>
internal sealed class AesGcmPortable : GcmEngine
{
    private const int StreamSize = 8192;

    // GCM's polynomial with its bits in GCM's order, where a shift to the right multiplies by x.
    private const ulong Polynomial = 0xE100000000000000;

    // What the byte that falls off the low end puts back at the high end.
    private static readonly ulong[] Reductions = BuildReductions();

    // Pinned, so that the collector leaves no copies of the key behind.
    private readonly byte[] _key = GC.AllocateArray<byte>(AesGcm16.KeySize, pinned: true);
    private readonly State[] _multiples = GC.AllocateArray<State>(256, pinned: true);

    public AesGcmPortable(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        using (Aes aes = Cipher()) aes.EncryptEcb(block, block, PaddingMode.None);
        State h = State.Read(block);
        CryptographicOperations.ZeroMemory(block);
        for (int bit = 0x80; bit > 0; bit >>= 1, h = h.TimesX()) _multiples[bit] = h;
        for (int i = 1; i < _multiples.Length; i++)
        {
            int lowest = i & -i;
            if (i != lowest) _multiples[i] = _multiples[lowest] ^ _multiples[i ^ lowest];
        }
    }

    public override void Hash(ReadOnlySpan<byte> blocks, Span<byte> hash) => Absorb(default, blocks).Write(hash);

    public override void Transform(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> input, Span<byte> output, bool encrypting, Span<byte> tag)
    {
        byte[] stream = ArrayPool<byte>.Shared.Rent(StreamSize);
        try
        {
            // An own AES each time: the framework does not promise that one instance serves two threads.
            using Aes aes = Cipher();
            Span<byte> mask = stackalloc byte[BlockSize];
            aes.EncryptEcb(j0, mask, PaddingMode.None);
            uint counter = BinaryPrimitives.ReadUInt32BigEndian(j0[12..]);
            State state = default;
            for (int at = 0; at < input.Length; at += StreamSize)
            {
                int length = Math.Min(StreamSize, input.Length - at);
                Span<byte> blocks = stream.AsSpan(0, (length + BlockSize - 1) / BlockSize * BlockSize);
                for (int i = 0; i < blocks.Length; i += BlockSize)
                {
                    j0[..12].CopyTo(blocks[i..]);
                    BinaryPrimitives.WriteUInt32BigEndian(blocks[(i + 12)..], unchecked(++counter));
                }

                aes.EncryptEcb(blocks, blocks, PaddingMode.None);
                if (!encrypting) state = Absorb(state, input.Slice(at, length));
                Xor(input.Slice(at, length), blocks, output.Slice(at, length));
                if (encrypting) state = Absorb(state, output.Slice(at, length));
            }

            state = Times(state ^ new State(0, (ulong)input.Length * 8));
            state.Write(tag);
            Xor(tag, mask, tag);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(stream.AsSpan(0, StreamSize));
            ArrayPool<byte>.Shared.Return(stream);
        }
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        Array.Clear(_multiples);
    }

    private Aes Cipher()
    {
        Aes aes = Aes.Create();
        aes.SetKey(_key);
        return aes;
    }

    private State Absorb(State state, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= BlockSize; data = data[BlockSize..]) state = Times(state ^ State.Read(data));
        if (data.IsEmpty) return state;
        Span<byte> last = stackalloc byte[BlockSize];
        last.Clear();
        data.CopyTo(last);
        return Times(state ^ State.Read(last));
    }

    private State Times(State state)
    {
        State[] multiples = _multiples;
        State product = multiples[(byte)state.Low];
        for (int shift = 8; shift < 64; shift += 8) product = product.TimesX8() ^ multiples[(byte)(state.Low >> shift)];
        for (int shift = 0; shift < 64; shift += 8) product = product.TimesX8() ^ multiples[(byte)(state.High >> shift)];
        return product;
    }

    private static void Xor(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> result)
    {
        int at = 0;
        for (; at <= a.Length - Vector<byte>.Count; at += Vector<byte>.Count) (new Vector<byte>(a[at..]) ^ new Vector<byte>(b[at..])).CopyTo(result[at..]);
        for (; at < a.Length; at++) result[at] = (byte)(a[at] ^ b[at]);
    }

    private static ulong[] BuildReductions()
    {
        ulong[] reductions = new ulong[256];
        for (int fallen = 0; fallen < reductions.Length; fallen++)
        {
            State state = new(0, (ulong)fallen);
            for (int i = 0; i < 8; i++) state = state.TimesX();
            reductions[fallen] = state.High;
        }

        return reductions;
    }

    /// <summary>An element of GF(2^128), the first bit of the block highest.</summary>
    private readonly record struct State(ulong High, ulong Low)
    {
        public static State Read(ReadOnlySpan<byte> block) =>
            new(BinaryPrimitives.ReadUInt64BigEndian(block), BinaryPrimitives.ReadUInt64BigEndian(block[8..]));

        public void Write(Span<byte> block)
        {
            BinaryPrimitives.WriteUInt64BigEndian(block, High);
            BinaryPrimitives.WriteUInt64BigEndian(block[8..], Low);
        }

        public State TimesX() => new((High >> 1) ^ ((Low & 1) * Polynomial), (Low >> 1) | (High << 63));

        public State TimesX8() => new((High >> 8) ^ Reductions[(byte)Low], (Low >> 8) | (High << 56));

        public static State operator ^(State a, State b) => new(a.High ^ b.High, a.Low ^ b.Low);
    }
}
