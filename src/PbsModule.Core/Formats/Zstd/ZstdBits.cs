using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PbsModule.Core.Formats;

/// <summary>
/// The bit streams that are read from their end to their start (RFC 8878, 4.1): the highest set bit of the last byte is the end mark, below it
/// the first bit stands. A position is the number of bits that are left; one below zero tells that more was read than there was.
/// </summary>
internal static class ZstdBits
{
    /// <summary>So many bits are there after each <see cref="Load"/>; zeros stand for what lies before the start of the stream.</summary>
    public const int Loaded = 57;

    /// <summary>The position behind the end mark.</summary>
    /// <exception cref="PbsFormatException">The stream is empty or has no end mark.</exception>
    public static int Open(ReadOnlySpan<byte> stream, long offset)
    {
        if (stream.IsEmpty || stream[^1] == 0) ZstdDamage.Throw("a bit stream has no end mark", offset);
        return stream.Length * 8 - 8 + BitOperations.Log2(stream[^1]);
    }

    /// <summary>The next bits, the first of them highest.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="left">The position, never more than the stream has; below zero gives zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ReadOnlySpan<byte> stream, int left)
    {
        int end = (left + 7) >> 3;
        return end >= sizeof(ulong) ? Word(stream, end - sizeof(ulong)) << (-left & 7) : LoadFirst(stream, left);
    }

    /// <summary>The first <paramref name="count"/> bits of what was loaded; 0 of them give 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Top(ulong bits, int count) => (uint)(bits >> 1 >> (63 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ReadOnlySpan<byte> stream, int at) => BinaryPrimitives.ReadUInt64LittleEndian(stream[at..]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong LoadFirst(ReadOnlySpan<byte> stream, int left)
    {
        if (left <= 0) return 0;
        ulong bits = 0;
        for (int i = (left + 7) / 8 - 1; i >= 0; i--) bits = bits << 8 | stream[i];
        return bits << (64 - left);
    }
}
