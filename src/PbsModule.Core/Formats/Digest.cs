using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats;

/// <summary>
/// A SHA-256 digest: the name of a chunk, or the checksum of an index or blob. The text form is 64 lower-case hex
/// digits. The layout is that of the 32 bytes on disk, so that indexes return references to their entries instead of
/// copies.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The length in bytes.</summary>
    public const int Size = 32;

    /// <summary>The length of the text in characters.</summary>
    public const int TextLength = 2 * Size;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        this = MemoryMarshal.Read<Digest>(bytes);
    }

    /// <summary>The bytes, without a copy.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in _first, Size / sizeof(ulong)));

    /// <summary>
    /// The first eight bytes in memory order. They are evenly distributed in regular chunks, but an attacker can choose
    /// those of a crafted chunk.
    /// </summary>
    public ulong First => _first;

    /// <summary>
    /// The number of the chunk's folder below <c>.chunks</c>: the first two bytes, 0 to 65535. The name of the folder
    /// is this number as four hex digits.
    /// </summary>
    public int Prefix => BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    /// <summary>Computes the digest of data.</summary>
    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Unsafe.SkipInit(out Digest digest);
        SHA256.HashData(data, MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    /// <summary>Returns the result of an incremental SHA-256 and resets the hash object.</summary>
    public static Digest TakeFrom(IncrementalHash sha256)
    {
        Unsafe.SkipInit(out Digest digest);
        sha256.GetHashAndReset(MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    /// <exception cref="PbsFormatException">The text is not 64 hex digits.</exception>
    public static Digest Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Digest digest)
            ? digest
            : throw new PbsFormatException(PbsErrorId.DigestInvalid, $"'{Shown(text)}' is no SHA-256 digest");

    /// <summary>Reads 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Digest digest)
    {
        Unsafe.SkipInit(out digest);
        if (text.Length == TextLength
            && Convert.FromHexString(
                text,
                MemoryMarshal.AsBytes(new Span<Digest>(ref digest)),
                out _,
                out _) == System.Buffers.OperationStatus.Done)
        {
            return true;
        }

        digest = default;
        return false;
    }

    /// <summary>Reads 64 hex digits of either case from a file name in UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out Digest digest)
    {
        Unsafe.SkipInit(out digest);
        if (utf8Text.Length == TextLength
            && Convert.FromHexString(
                utf8Text,
                MemoryMarshal.AsBytes(new Span<Digest>(ref digest)),
                out _,
                out _) == System.Buffers.OperationStatus.Done)
        {
            return true;
        }

        digest = default;
        return false;
    }

    public bool Equals(Digest other) =>
        ((_first ^ other._first) | (_second ^ other._second) | (_third ^ other._third) | (_fourth ^ other._fourth))
            == 0;

    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    public override int GetHashCode() => (int)_first ^ (int)(_first >> 32);

    /// <summary>Compares the bytes, which gives the same order as comparing the texts.</summary>
    public int CompareTo(Digest other) => Bytes.SequenceCompareTo(other.Bytes);

    public override string ToString() => Convert.ToHexStringLower(Bytes);

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(
        Span<char> destination,
        out int charsWritten,
        ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null) =>
        Convert.TryToHexStringLower(Bytes, destination, out charsWritten);

    public bool TryFormat(
        Span<byte> utf8Destination,
        out int bytesWritten,
        ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null) =>
        Convert.TryToHexStringLower(Bytes, utf8Destination, out bytesWritten);

    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    private static string Shown(ReadOnlySpan<char> text) =>
        text.Length <= TextLength + 8
            ? text.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{text[..TextLength]}… ({text.Length} characters)");
}
