using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cbor;

/// <summary>The kind of a CBOR item, as its header states.</summary>
internal enum CborKind
{
    Unsigned,

    /// <summary>The number is -1 - <see cref="CborReader.Value"/>.</summary>
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Float,

    /// <summary>
    /// False, true, null, undefined or an unassigned value. Its number is in <see cref="CborReader.Value"/>.
    /// </summary>
    Simple,

    /// <summary>The end of an item without a length.</summary>
    Break,
}

/// <summary>
/// Reads CBOR item by item from untrusted bytes. A length that the bytes state never causes an allocation. A string of
/// known length is returned as a part of the input. Arrays, maps and strings without a length end with
/// <see cref="CborKind.Break"/>. Source: RFC 8949.
/// </summary>
/// <remarks>
/// System.Formats.Cbor is not used because PBS reports damage with the messages and offsets of serde_cbor, which
/// administrators find in its logs. That reader reports neither the place nor the reason of a failure.
/// </remarks>
internal ref struct CborReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The deepest nesting that <see cref="Skip()"/> accepts.</summary>
    private const int MaxDepth = 128;

    private const int InfoBits = 5;
    private const int InfoMask = (1 << InfoBits) - 1;
    private const int InfoIndefinite = 31;
    private const int FirstLongInfo = 24;
    private const int LastLongInfo = 27;
    private const int SimpleMajor = 7;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The offset of the next item in bytes.</summary>
    public int Offset { get; private set; }

    public readonly bool IsAtEnd => Offset == _bytes.Length;

    /// <summary>The kind of the last item read.</summary>
    public CborKind Kind { get; private set; }

    /// <summary>The number, the length or the tag. For a float, its bits as a double.</summary>
    public ulong Value { get; private set; }

    /// <summary>Whether the last item is an array, a map or a string without a stated length.</summary>
    public bool IsIndefinite { get; private set; }

    /// <summary>The content of a string with a known length.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    public readonly double Number => BitConverter.UInt64BitsToDouble(Value);

    public readonly bool IsNull => Kind == CborKind.Simple && Value == 22;

    /// <summary>Reads the next header, including the content of a string.</summary>
    /// <exception cref="PbsFormatException">
    /// The bytes end too early (<c>EOF while parsing a value</c>) or are not valid (<c>unexpected code</c>). The error
    /// contains the offset after the fault.
    /// </exception>
    public CborKind Read()
    {
        byte head = Take(1)[0];
        int major = head >> InfoBits;
        int info = head & InfoMask;
        if (info is > LastLongInfo and < InfoIndefinite) throw Unexpected(Offset);
        IsIndefinite = info == InfoIndefinite;
        Content = default;
        if (major == SimpleMajor) return Kind = ReadSimple(info);

        Kind = (CborKind)major;
        if (IsIndefinite)
        {
            if (Kind is CborKind.Unsigned or CborKind.Negative or CborKind.Tag) throw Unexpected(Offset);
            Value = 0;
            return Kind;
        }

        Value = ReadArgument(info);
        if (Kind is CborKind.Bytes or CborKind.Text) Content = Take(Value);
        return Kind;
    }

    /// <summary>Reads as <see cref="Read"/> does, but skips tags before the item.</summary>
    public CborKind ReadUntagged()
    {
        while (Read() == CborKind.Tag)
        {
        }

        return Kind;
    }

    /// <summary>Whether the next header is a break. Does not read it.</summary>
    public readonly bool IsNextBreak => !IsAtEnd && _bytes[Offset] == 0xFF;

    /// <summary>Returns the content of the last string, joined if the string consists of pieces.</summary>
    /// <exception cref="PbsFormatException">The last item is not a string, or is damaged.</exception>
    public byte[] ReadContent()
    {
        CborKind whole = Kind;
        if (whole is not (CborKind.Bytes or CborKind.Text)) throw Unexpected(Offset);
        if (!IsIndefinite) return Content.ToArray();
        var pieces = new List<byte>();
        while (Read() != CborKind.Break)
        {
            if (Kind != whole || IsIndefinite) throw Unexpected(Offset);
            pieces.AddRange(Content);
        }

        Kind = whole;
        return [.. pieces];
    }

    /// <summary>Skips the rest of the last item: of an array, a map, a string or a tagged item.</summary>
    /// <exception cref="PbsFormatException">The bytes are damaged, or nested deeper than 128 levels.</exception>
    public void Skip() => Skip(0);

    public static PbsFormatException Invalid(string reason, long offset) => new(PbsErrorId.CborInvalid, reason, offset);

    private void Skip(int depth)
    {
        if (depth == MaxDepth) throw Invalid("recursion limit exceeded", Offset);
        switch (Kind)
        {
            case CborKind.Break: throw Unexpected(Offset);
            case CborKind.Tag: Read(); Skip(depth + 1); break;
            case CborKind.Bytes or CborKind.Text when IsIndefinite: ReadContent(); break;
            case CborKind.Array: SkipItems(Value, 1, IsIndefinite, depth); break;
            case CborKind.Map: SkipItems(Value, 2, IsIndefinite, depth); break;
        }
    }

    private void SkipItems(ulong count, int each, bool isIndefinite, int depth)
    {
        // Each item takes at least one byte, so a false count ends when the bytes end.
        for (ulong i = 0; isIndefinite || i < count; i++)
        {
            for (int part = 0; part < each; part++)
            {
                if (isIndefinite && part == 0 && IsNextBreak)
                {
                    Read();
                    return;
                }

                Read();
                Skip(depth + 1);
            }
        }
    }

    private CborKind ReadSimple(int info)
    {
        switch (info)
        {
            case InfoIndefinite:
                IsIndefinite = false;
                Value = 0;
                return CborKind.Break;
            case 25:
                Value = BitConverter.DoubleToUInt64Bits((double)BinaryPrimitives.ReadHalfBigEndian(Take(2)));
                return CborKind.Float;
            case 26:
                Value = BitConverter.DoubleToUInt64Bits(BinaryPrimitives.ReadSingleBigEndian(Take(4)));
                return CborKind.Float;
            case LastLongInfo:
                Value = BinaryPrimitives.ReadUInt64BigEndian(Take(8));
                return CborKind.Float;
            default:
                Value = ReadArgument(info);

                // A two-byte form is not allowed for values that fit in one byte.
                if (info == FirstLongInfo && Value < 32) throw Unexpected(Offset);
                return CborKind.Simple;
        }
    }

    private ulong ReadArgument(int info) => info switch
    {
        < FirstLongInfo => (ulong)info,
        24 => Take(1)[0],
        25 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        26 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        _ => BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
    };

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_bytes.Length - Offset)) throw Invalid("EOF while parsing a value", _bytes.Length);
        ReadOnlySpan<byte> taken = _bytes.Slice(Offset, (int)length);
        Offset += (int)length;
        return taken;
    }

    private static PbsFormatException Unexpected(int offset) => Invalid("unexpected code", offset);
}
