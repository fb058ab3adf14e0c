namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Reads and writes the catalog's numbers of variable length: 7 bits a byte, lowest first, with bit 7 set if more bytes
/// follow. A negative number has bit 7 set in every byte of its magnitude and ends with a zero byte. Other writers
/// store the 64 bits of the two's complement as an unsigned number. PBS reads that as the same negative number.
/// </summary>
internal static class VarInt
{
    /// <summary>The length of the longest unsigned number in bytes.</summary>
    public const int MaxUnsigned = 10;

    /// <summary>The length of the longest signed number in bytes.</summary>
    public const int MaxSigned = MaxUnsigned + 1;

    private const byte More = 0x80;
    private const int BitsPerByte = 7;

    /// <summary>
    /// Reads an unsigned number. Returns false if the bytes end too early or the number needs more than 64 bits.
    /// </summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        bool ended = TryReadMagnitude(bytes, out value, out int length, out byte last) && (last & More) == 0;
        if (ended) bytes = bytes[length..];
        return ended;
    }

    /// <summary>
    /// Reads a signed number. Returns false if the bytes end too early or the number does not fit in 64 bits.
    /// </summary>
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

    /// <summary>Writes an unsigned number. Returns its length in bytes, at most <see cref="MaxUnsigned"/>.</summary>
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

    /// <summary>Writes a signed number. Returns its length in bytes, at most <see cref="MaxSigned"/>.</summary>
    public static int WriteSigned(Span<byte> destination, long value)
    {
        if (value >= 0) return Write(destination, (ulong)value);
        int length = Write(destination, unchecked(0UL - (ulong)value));
        destination[length - 1] |= More;
        destination[length++] = 0;
        return length;
    }

    /// <summary>Reads bytes up to the first one without bit 7 set, but at most ten.</summary>
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
