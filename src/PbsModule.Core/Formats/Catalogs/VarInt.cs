namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// The catalog's numbers of variable length: 7 bits a byte, the lowest first, bit 7 set where more follow. A negative
/// one sets bit 7 in every byte of its magnitude and ends with a zero byte. Other writers use the 64 bits of the two's
/// complement as an unsigned number; PBS reads that as the same negative number.
/// </summary>
internal static class VarInt
{
    /// <summary>Longest form of an unsigned number.</summary>
    public const int MaxUnsigned = 10;

    /// <summary>Longest form of a signed number.</summary>
    public const int MaxSigned = MaxUnsigned + 1;

    private const byte More = 0x80;
    private const int BitsPerByte = 7;

    /// <summary>False where the bytes end before the number does, or it needs more than 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        bool ended = TryReadMagnitude(bytes, out value, out int length, out byte last) && (last & More) == 0;
        if (ended) bytes = bytes[length..];
        return ended;
    }

    /// <summary>False where the bytes end before the number does, or it does not fit 64 bits.</summary>
    public static bool TryReadSigned(ref ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        if (!TryReadMagnitude(bytes, out ulong magnitude, out int length, out byte last)) return false;
        bool terminated = (last & More) == 0;
        bool negative =
            (terminated && last == 0 && length > 1) || (!terminated && length < bytes.Length && bytes[length] == 0);
        if (!terminated && !negative) return false;
        if (negative && magnitude > 1UL << 63) return false;
        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        bytes = bytes[(terminated ? length : length + 1)..];
        return true;
    }

    /// <summary>Writes an unsigned number; returns its length, at most <see cref="MaxUnsigned"/>.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int length = 0;
        while (value >= More)
        {
            destination[length++] = (byte)(value | More);
            value >>= BitsPerByte;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Writes a signed number; returns its length, at most <see cref="MaxSigned"/>.</summary>
    public static int WriteSigned(Span<byte> destination, long value)
    {
        if (value >= 0) return Write(destination, (ulong)value);
        int length = Write(destination, unchecked(0UL - (ulong)value));
        destination[length - 1] |= More;
        destination[length++] = 0;
        return length;
    }

    /// <summary>Reads groups up to one without bit 7, or ten of them.</summary>
    private static bool TryReadMagnitude(ReadOnlySpan<byte> bytes, out ulong value, out int length, out byte last)
    {
        value = 0;
        last = More;
        for (length = 0; length < MaxUnsigned && (last & More) != 0; length++)
        {
            if (length == bytes.Length) return false;
            last = bytes[length];
            ulong group = last & ~(ulong)More & 0xFF;
            if (length == MaxUnsigned - 1 && group > 1) return false;
            value |= group << (BitsPerByte * length);
        }

        return true;
    }
}
