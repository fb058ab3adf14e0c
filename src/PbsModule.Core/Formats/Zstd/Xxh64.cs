using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PbsModule.Core.Formats;

/// <summary>XXH64 with seed 0, whose lower half ends a Zstandard frame that has a checksum; over data that arrives in pieces.</summary>
internal struct Xxh64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeSize = 32;

    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;
    private ulong _length;
    private Stripe _rest;

    public Xxh64()
    {
        unchecked
        {
            _a = Prime1 + Prime2;
            _b = Prime2;
            _d = 0UL - Prime1;
        }
    }

    /// <summary>The hash of everything appended so far.</summary>
    public readonly ulong Value
    {
        get
        {
            ulong hash = _length < StripeSize ? Prime5 : Joined();
            return Mixed(hash + _length, _rest[..(int)(_length % StripeSize)]);
        }
    }

    public static ulong Compute(ReadOnlySpan<byte> data)
    {
        Xxh64 hash = new();
        hash.Append(data);
        return hash.Value;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        int held = (int)(_length % StripeSize);
        _length += (ulong)data.Length;
        if (held > 0)
        {
            int more = Math.Min(StripeSize - held, data.Length);
            data[..more].CopyTo(_rest[held..]);
            data = data[more..];
            if (held + more < StripeSize) return;
            TakeStripes(_rest);
        }

        int whole = data.Length - data.Length % StripeSize;
        TakeStripes(data[..whole]);
        data[whole..].CopyTo(_rest);
    }

    private void TakeStripes(ReadOnlySpan<byte> stripes)
    {
        (ulong a, ulong b, ulong c, ulong d) = (_a, _b, _c, _d);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(stripes);
        for (int i = 0; i + 3 < words.Length; i += 4)
        {
            a = Round(a, Word(words[i]));
            b = Round(b, Word(words[i + 1]));
            c = Round(c, Word(words[i + 2]));
            d = Round(d, Word(words[i + 3]));
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }

    private readonly ulong Joined()
    {
        ulong hash = BitOperations.RotateLeft(_a, 1) + BitOperations.RotateLeft(_b, 7) + BitOperations.RotateLeft(_c, 12) + BitOperations.RotateLeft(_d, 18);
        foreach (ulong lane in (ReadOnlySpan<ulong>)[_a, _b, _c, _d]) hash = unchecked((hash ^ Round(0, lane)) * Prime1 + Prime4);
        return hash;
    }

    private static ulong Mixed(ulong hash, ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            {
                hash = BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * Prime1 + Prime4;
            }

            if (rest.Length >= sizeof(uint))
            {
                hash = BitOperations.RotateLeft(hash ^ BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1, 23) * Prime2 + Prime3;
                rest = rest[sizeof(uint)..];
            }

            foreach (byte value in rest) hash = BitOperations.RotateLeft(hash ^ value * Prime5, 11) * Prime1;
            hash = (hash ^ hash >> 33) * Prime2;
            hash = (hash ^ hash >> 29) * Prime3;
            return hash ^ hash >> 32;
        }
    }

    private static ulong Round(ulong lane, ulong word) => unchecked(BitOperations.RotateLeft(lane + word * Prime2, 31) * Prime1);

    private static ulong Word(ulong value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    /// <summary>Bytes that do not fill a stripe yet.</summary>
    [System.Runtime.CompilerServices.InlineArray(StripeSize)]
    private struct Stripe
    {
        private byte _first;
    }
}
