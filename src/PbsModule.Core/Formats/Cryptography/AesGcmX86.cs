using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace PbsModule.Core.Formats;

/// <summary>
/// GCM on AES-NI and carry-less multiply. Eight blocks at a time: eight independent AES states hide the latency of a
/// round, and eight products with descending powers of the hash key share one reduction. The two parts do not depend on
/// each other, so the processor overlaps them by itself.
/// </summary>
/// <remarks>
/// GHASH works on byte-reversed blocks. In that order a carry-less product comes out one bit short, so the powers are
/// kept as H^n/x; the reduction folds twice with the constant of the reversed polynomial (Gueron and Kounavis, "Intel
/// carry-less multiplication instruction and its usage for computing the GCM mode").
/// </remarks>
internal sealed class AesGcmX86 : GcmEngine
{
    private const int Rounds = 14;
    private const int Lanes = 8;
    private const int BatchSize = Lanes * BlockSize;

    // Pinned, so that the collector leaves no copies behind: 15 round keys, then H^1 … H^8.
    private readonly Vector128<byte>[] _material = GC.AllocateArray<Vector128<byte>>(Rounds + 1 + Lanes, pinned: true);

    public AesGcmX86(ReadOnlySpan<byte> key)
    {
        ExpandKey(key, _material);
        Vector128<ulong> h = DivideByX(Reverse(EncryptBlock(Vector128<byte>.Zero)).AsUInt64());
        Vector128<ulong> power = h;
        for (int i = 0; i < Lanes; i++)
        {
            _material[Rounds + 1 + i] = power.AsByte();
            power = Multiply(power, h);
        }
    }

    public static bool IsSupported => AesNi.IsSupported && Pclmulqdq.IsSupported && Ssse3.IsSupported;

    private ref Vector128<byte> Keys => ref MemoryMarshal.GetArrayDataReference(_material);

    private ref Vector128<ulong> Powers => ref Unsafe.As<Vector128<byte>, Vector128<ulong>>(ref _material[Rounds + 1]);

    public override void Hash(ReadOnlySpan<byte> blocks, Span<byte> hash)
    {
        Vector128<ulong> state = Vector128<ulong>.Zero;
        for (; blocks.Length >= BlockSize; blocks = blocks[BlockSize..]) state = Absorb(state, Vector128.Create(blocks[..BlockSize]));
        Reverse(state.AsByte()).CopyTo(hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Transform(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> input, Span<byte> output, bool encrypting, Span<byte> tag)
    {
        Vector128<byte> first = Vector128.Create(j0);
        Vector128<uint> counter = Next(Reverse(first).AsUInt32(), 1);
        Vector128<ulong> state = Vector128<ulong>.Zero;
        ref byte from = ref MemoryMarshal.GetReference(input);
        ref byte to = ref MemoryMarshal.GetReference(output);
        nuint at = 0;
        nuint length = (nuint)input.Length;
        for (; length - at >= BatchSize; at += BatchSize)
        {
            // In place the ciphertext is gone after the step, so it is hashed on its own side of it.
            if (!encrypting) state = AbsorbBatch(state, ref Unsafe.Add(ref from, at));
            TransformBatch(counter, ref Unsafe.Add(ref from, at), ref Unsafe.Add(ref to, at));
            if (encrypting) state = AbsorbBatch(state, ref Unsafe.Add(ref to, at));
            counter = Next(counter, Lanes);
        }

        for (; length - at >= BlockSize; at += BlockSize)
        {
            Vector128<byte> block = Vector128.LoadUnsafe(ref from, at);
            Vector128<byte> result = block ^ EncryptBlock(Reverse(counter.AsByte()));
            result.StoreUnsafe(ref to, at);
            state = Absorb(state, encrypting ? result : block);
            counter = Next(counter, 1);
        }

        if (at < length) state = TransformRest(state, counter, input[(int)at..], output[(int)at..], encrypting);

        Vector128<ulong> lengths = Vector128.Create((ulong)length * 8, 0);
        state = Multiply(state ^ lengths, Powers);
        (Reverse(state.AsByte()) ^ EncryptBlock(first)).CopyTo(tag);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_material.AsSpan()));

    private Vector128<ulong> TransformRest(Vector128<ulong> state, Vector128<uint> counter, ReadOnlySpan<byte> input, Span<byte> output, bool encrypting)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        input.CopyTo(block);
        if (!encrypting) state = Absorb(state, Vector128.Create<byte>(block));
        (Vector128.Create<byte>(block) ^ EncryptBlock(Reverse(counter.AsByte()))).CopyTo(block);
        block[..input.Length].CopyTo(output);
        block[input.Length..].Clear();
        if (encrypting) state = Absorb(state, Vector128.Create<byte>(block));
        CryptographicOperations.ZeroMemory(block);
        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TransformBatch(Vector128<uint> counter, ref byte from, ref byte to)
    {
        ref Vector128<byte> keys = ref Keys;
        Vector128<byte> key = keys;
        Vector128<byte> b0 = Reverse(counter.AsByte()) ^ key, b1 = Reverse(Next(counter, 1).AsByte()) ^ key;
        Vector128<byte> b2 = Reverse(Next(counter, 2).AsByte()) ^ key, b3 = Reverse(Next(counter, 3).AsByte()) ^ key;
        Vector128<byte> b4 = Reverse(Next(counter, 4).AsByte()) ^ key, b5 = Reverse(Next(counter, 5).AsByte()) ^ key;
        Vector128<byte> b6 = Reverse(Next(counter, 6).AsByte()) ^ key, b7 = Reverse(Next(counter, 7).AsByte()) ^ key;
        for (int round = 1; round < Rounds; round++)
        {
            key = Unsafe.Add(ref keys, round);
            b0 = AesNi.Encrypt(b0, key);
            b1 = AesNi.Encrypt(b1, key);
            b2 = AesNi.Encrypt(b2, key);
            b3 = AesNi.Encrypt(b3, key);
            b4 = AesNi.Encrypt(b4, key);
            b5 = AesNi.Encrypt(b5, key);
            b6 = AesNi.Encrypt(b6, key);
            b7 = AesNi.Encrypt(b7, key);
        }

        key = Unsafe.Add(ref keys, Rounds);
        (AesNi.EncryptLast(b0, key) ^ Vector128.LoadUnsafe(ref from)).StoreUnsafe(ref to);
        (AesNi.EncryptLast(b1, key) ^ Vector128.LoadUnsafe(ref from, 16)).StoreUnsafe(ref to, 16);
        (AesNi.EncryptLast(b2, key) ^ Vector128.LoadUnsafe(ref from, 32)).StoreUnsafe(ref to, 32);
        (AesNi.EncryptLast(b3, key) ^ Vector128.LoadUnsafe(ref from, 48)).StoreUnsafe(ref to, 48);
        (AesNi.EncryptLast(b4, key) ^ Vector128.LoadUnsafe(ref from, 64)).StoreUnsafe(ref to, 64);
        (AesNi.EncryptLast(b5, key) ^ Vector128.LoadUnsafe(ref from, 80)).StoreUnsafe(ref to, 80);
        (AesNi.EncryptLast(b6, key) ^ Vector128.LoadUnsafe(ref from, 96)).StoreUnsafe(ref to, 96);
        (AesNi.EncryptLast(b7, key) ^ Vector128.LoadUnsafe(ref from, 112)).StoreUnsafe(ref to, 112);
    }

    private Vector128<byte> EncryptBlock(Vector128<byte> block)
    {
        ref Vector128<byte> keys = ref Keys;
        block ^= keys;
        for (int round = 1; round < Rounds; round++) block = AesNi.Encrypt(block, Unsafe.Add(ref keys, round));
        return AesNi.EncryptLast(block, Unsafe.Add(ref keys, Rounds));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<ulong> AbsorbBatch(Vector128<ulong> state, ref byte blocks)
    {
        Vector128<ulong> low = Vector128<ulong>.Zero, middle = low, high = low;
        Accumulate(state ^ Load(ref blocks, 0), 7, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 16), 6, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 32), 5, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 48), 4, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 64), 3, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 80), 2, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 96), 1, ref low, ref middle, ref high);
        Accumulate(Load(ref blocks, 112), 0, ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte blocks, nuint at) => Reverse(Vector128.LoadUnsafe(ref blocks, at)).AsUInt64();

    private Vector128<ulong> Absorb(Vector128<ulong> state, Vector128<byte> block) => Multiply(state ^ Reverse(block).AsUInt64(), Powers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Accumulate(Vector128<ulong> block, int power, ref Vector128<ulong> low, ref Vector128<ulong> middle, ref Vector128<ulong> high) =>
        Accumulate(block, Unsafe.Add(ref Powers, power), ref low, ref middle, ref high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(Vector128<ulong> a, Vector128<ulong> b, ref Vector128<ulong> low, ref Vector128<ulong> middle, ref Vector128<ulong> high)
    {
        low ^= Pclmulqdq.CarrylessMultiply(a, b, 0x00);
        middle ^= Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10);
        high ^= Pclmulqdq.CarrylessMultiply(a, b, 0x11);
    }

    private static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> b)
    {
        Vector128<ulong> low = Vector128<ulong>.Zero, middle = low, high = low;
        Accumulate(a, b, ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.Create(0xC200000000000000UL, 0);
        middle ^= Swap(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, 0x00);
        return high ^ Swap(middle) ^ Pclmulqdq.CarrylessMultiply(middle, polynomial, 0x00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Swap(Vector128<ulong> value) => Sse2.Shuffle(value.AsUInt32(), 0x4E).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Reverse(Vector128<byte> block) =>
        Ssse3.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>GCM counts in the last 32 bits alone, without carry into the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Next(Vector128<uint> counter, uint by) => counter + Vector128.CreateScalar(by);

    private static Vector128<ulong> DivideByX(Vector128<ulong> h)
    {
        ulong low = h[0], high = h[1];
        ulong carry = high >> 63;
        return Vector128.Create((low << 1) ^ carry, (high << 1) ^ (low >> 63) ^ (carry * 0xC200000000000000));
    }

    private static void ExpandKey(ReadOnlySpan<byte> key, Span<Vector128<byte>> keys)
    {
        Vector128<byte> even = Vector128.Create(key[..16]), odd = Vector128.Create(key[16..32]);
        keys[0] = even;
        keys[1] = odd;
        uint constant = 1;
        for (int i = 2; i <= Rounds; i += 2, constant <<= 1)
        {
            Vector128<uint> word = Sse2.Shuffle(AesNi.KeygenAssist(odd, 0).AsUInt32(), 0xFF) ^ Vector128.Create(constant);
            keys[i] = even = Spread(even) ^ word.AsByte();
            if (i == Rounds) break;
            word = Sse2.Shuffle(AesNi.KeygenAssist(even, 0).AsUInt32(), 0xAA);
            keys[i + 1] = odd = Spread(odd) ^ word.AsByte();
        }
    }

    /// <summary>Each word becomes the sum of itself and those before it.</summary>
    private static Vector128<byte> Spread(Vector128<byte> key)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        return key ^ Sse2.ShiftLeftLogical128BitLane(key, 8);
    }
}
