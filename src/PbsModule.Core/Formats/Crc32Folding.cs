using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PbsModule.Core.Formats;

/// <summary>
/// Computes CRC-32 with carry-less multiplication (Gopal et al., "Fast CRC Computation for Generic Polynomials Using
/// PCLMULQDQ", Intel 2009): the data is folded onto a few registers, a fixed distance at a time, and then to 16 bytes.
/// The table computes the rest. For a distance of d bits, the two factors are x^(d+32) and x^(d-32) modulo the
/// polynomial, bit-reflected and shifted by one.
/// </summary>
internal static class Crc32Folding
{
    public static bool IsSupported => Pclmulqdq.IsSupported;

    public static bool IsSupported256 => Pclmulqdq.V256.IsSupported;

    public static bool IsSupported512 => Pclmulqdq.V512.IsSupported;

    private static Vector128<ulong> Distance128 => Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL);

    private static Vector128<ulong> Distance256 => Vector128.Create(0x0f1da05aaUL, 0x15a546366UL);

    private static Vector128<ulong> Distance512 => Vector128.Create(0x154442bd4UL, 0x1c6e41596UL);

    private static Vector128<ulong> Distance1024 => Vector128.Create(0x1e88ef372UL, 0x14a7fe880UL);

    private static Vector128<ulong> Distance2048 => Vector128.Create(0x11542778aUL, 0x1322d1430UL);

    /// <param name="register">The inverted CRC of the previous data.</param>
    /// <param name="data">The data, at least 64 bytes.</param>
    public static uint Update128(uint register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> a = blocks[0] ^ Vector128.CreateScalar((ulong)register);
        Vector128<ulong> b = blocks[1];
        Vector128<ulong> c = blocks[2];
        Vector128<ulong> d = blocks[3];
        int at = 4;
        for (; at <= blocks.Length - 4; at += 4)
        {
            a = Fold(a, Distance512) ^ blocks[at];
            b = Fold(b, Distance512) ^ blocks[at + 1];
            c = Fold(c, Distance512) ^ blocks[at + 2];
            d = Fold(d, Distance512) ^ blocks[at + 3];
        }

        b ^= Fold(a, Distance128);
        c ^= Fold(b, Distance128);
        d ^= Fold(c, Distance128);
        return Finish(d, data[(at * Vector128<byte>.Count)..]);
    }

    /// <param name="register">The inverted CRC of the previous data.</param>
    /// <param name="data">The data, at least 128 bytes.</param>
    public static uint Update256(uint register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector256<ulong>> blocks = MemoryMarshal.Cast<byte, Vector256<ulong>>(data);
        Vector256<ulong> far = Vector256.Create(Distance1024, Distance1024);
        Vector256<ulong> a = blocks[0] ^ Vector256.CreateScalar((ulong)register);
        Vector256<ulong> b = blocks[1];
        Vector256<ulong> c = blocks[2];
        Vector256<ulong> d = blocks[3];
        int at = 4;
        for (; at <= blocks.Length - 4; at += 4)
        {
            a = Fold(a, far) ^ blocks[at];
            b = Fold(b, far) ^ blocks[at + 1];
            c = Fold(c, far) ^ blocks[at + 2];
            d = Fold(d, far) ^ blocks[at + 3];
        }

        Vector256<ulong> near = Vector256.Create(Distance256, Distance256);
        b ^= Fold(a, near);
        c ^= Fold(b, near);
        d ^= Fold(c, near);
        return Finish(Fold(d.GetLower(), Distance128) ^ d.GetUpper(), data[(at * Vector256<byte>.Count)..]);
    }

    /// <param name="register">The inverted CRC of the previous data.</param>
    /// <param name="data">The data, at least 256 bytes.</param>
    public static uint Update512(uint register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector512<ulong>> blocks = MemoryMarshal.Cast<byte, Vector512<ulong>>(data);
        Vector512<ulong> far = Vector512.Create(
            Vector256.Create(Distance2048, Distance2048),
            Vector256.Create(Distance2048, Distance2048));
        Vector512<ulong> a = blocks[0] ^ Vector512.CreateScalar((ulong)register);
        Vector512<ulong> b = blocks[1];
        Vector512<ulong> c = blocks[2];
        Vector512<ulong> d = blocks[3];
        int at = 4;
        for (; at <= blocks.Length - 4; at += 4)
        {
            a = Fold(a, far) ^ blocks[at];
            b = Fold(b, far) ^ blocks[at + 1];
            c = Fold(c, far) ^ blocks[at + 2];
            d = Fold(d, far) ^ blocks[at + 3];
        }

        Vector512<ulong> near =
            Vector512.Create(Vector256.Create(Distance512, Distance512), Vector256.Create(Distance512, Distance512));
        b ^= Fold(a, near);
        c ^= Fold(b, near);
        d ^= Fold(c, near);
        Vector256<ulong> low = d.GetLower();
        Vector256<ulong> high = d.GetUpper();
        Vector128<ulong> one = Fold(low.GetLower(), Distance128) ^ low.GetUpper();
        one = Fold(one, Distance128) ^ high.GetLower();
        one = Fold(one, Distance128) ^ high.GetUpper();
        return Finish(one, data[(at * Vector512<byte>.Count)..]);
    }

    // With a register of zero, the sixteen folded bytes have the CRC of all data that was folded.
    private static uint Finish(Vector128<ulong> folded, ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= Vector128<byte>.Count)
        {
            folded = Fold(folded, Distance128) ^ Vector128.Create(rest).AsUInt64();
            rest = rest[Vector128<byte>.Count..];
        }

        Span<byte> last = stackalloc byte[Vector128<byte>.Count];
        folded.AsByte().CopyTo(last);
        return Crc32Table.Update(Crc32Table.Update(0, last), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> distance) =>
        Pclmulqdq.CarrylessMultiply(value, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, distance, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Fold(Vector256<ulong> value, Vector256<ulong> distance) =>
        Pclmulqdq.V256.CarrylessMultiply(
            value,
            distance,
            0x00) ^ Pclmulqdq.V256.CarrylessMultiply(value, distance, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Fold(Vector512<ulong> value, Vector512<ulong> distance) =>
        Pclmulqdq.V512.CarrylessMultiply(
            value,
            distance,
            0x00) ^ Pclmulqdq.V512.CarrylessMultiply(value, distance, 0x11);
}
