using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// The kind of a <see cref="JsonValue"/>. Numbers keep the three forms of PBS's JSON library, because it prints them
/// differently.
/// </summary>
[SuppressMessage("Naming", "CA1720", Justification = "JSON's own words")]
public enum JsonKind
{
    Null,
    False,
    True,

    /// <summary>An integer from 0 to 2^64-1.</summary>
    Unsigned,

    /// <summary>An integer from -2^63 to -1.</summary>
    Negative,

    /// <summary>Any other number, including -0.</summary>
    Float,
    String,
    Array,
    Object,
}

/// <summary>
/// An immutable JSON value with serde_json's semantics (sorted objects, the last duplicate wins, integers of up to 64
/// bits), so that a text that is read and written again is the same as when PBS does it. The size is 16 bytes. The
/// default value is null.
/// </summary>
public readonly struct JsonValue
{
    private sealed class Tag(JsonKind kind)
    {
        public JsonKind Kind { get; } = kind;
    }

    private static readonly Tag FalseTag = new(JsonKind.False);
    private static readonly Tag TrueTag = new(JsonKind.True);
    private static readonly Tag UnsignedTag = new(JsonKind.Unsigned);
    private static readonly Tag NegativeTag = new(JsonKind.Negative);
    private static readonly Tag FloatTag = new(JsonKind.Float);

    private readonly object? _content;
    private readonly ulong _bits;

    private JsonValue(object? content, ulong bits = 0)
    {
        _content = content;
        _bits = bits;
    }

    public static JsonValue Null => default;

    public static JsonValue From(bool value) => new(value ? TrueTag : FalseTag);

    public static JsonValue From(ulong value) => new(UnsignedTag, value);

    public static JsonValue From(long value) =>
        value < 0 ? new(NegativeTag, unchecked((ulong)value)) : new(UnsignedTag, (ulong)value);

    /// <exception cref="ArgumentException">The number is not finite. JSON cannot represent it.</exception>
    public static JsonValue From(double value) => double.IsFinite(value)
        ? new(FloatTag, BitConverter.DoubleToUInt64Bits(value))
        : throw new ArgumentException("JSON has no text for this number", nameof(value));

    /// <exception cref="PbsArgumentException">
    /// The text contains half a surrogate pair, which UTF-8 cannot represent.
    /// </exception>
    public static JsonValue From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        for (int i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i])) continue;
            if (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
            {
                throw new PbsArgumentException(
                    PbsErrorId.TextInvalid,
                    $"the text is not valid Unicode (half a surrogate pair at position {i})");
            }

            i++;
        }

        return new(value);
    }

    public static JsonValue From(JsonObject value) => new(value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Creates an array of these items. The value takes ownership of them.</summary>
    public static JsonValue FromItems(params JsonValue[] items) =>
        new(items ?? throw new ArgumentNullException(nameof(items)));

    /// <summary>Creates a string from text that was valid UTF-8.</summary>
    internal static JsonValue FromValid(string value) => new(value);

    public JsonKind Kind => _content switch
    {
        null => JsonKind.Null,
        string => JsonKind.String,
        JsonObject => JsonKind.Object,
        JsonValue[] => JsonKind.Array,
        Tag tag => tag.Kind,
        _ => throw new InvalidOperationException(),
    };

    public bool IsNull => _content is null;

    /// <summary>Returns the text, or null if this is not a string.</summary>
    public string? AsString() => _content as string;

    /// <summary>Returns the object, or null if this is not an object.</summary>
    public JsonObject? AsObject() => _content as JsonObject;

    /// <summary>The items of an array. Empty if this is not an array.</summary>
    public ReadOnlySpan<JsonValue> Items => _content as JsonValue[];

    public bool TryGetUInt64(out ulong value)
    {
        value = _bits;
        return _content == (object)UnsignedTag;
    }

    public bool TryGetInt64(out long value)
    {
        value = unchecked((long)_bits);
        return _content == (object)NegativeTag || (_content == (object)UnsignedTag && value >= 0);
    }

    public bool TryGetDouble(out double value)
    {
        value = BitConverter.UInt64BitsToDouble(_bits);
        return _content == (object)FloatTag;
    }

    /// <summary>Parses a complete JSON text as PBS's library does, with the same error messages.</summary>
    /// <param name="text">UTF-8, with at most 127 nested arrays and objects.</param>
    /// <param name="errorId">The error id of the format that is read.</param>
    /// <param name="context">The operation, put before the reason with " - ". Null to omit it.</param>
    /// <exception cref="PbsFormatException">
    /// The text is not valid. The error contains the offset of the wrong byte.
    /// </exception>
    public static JsonValue Parse(ReadOnlySpan<byte> text, string errorId, string? context = null) =>
        JsonParser.Parse(text, errorId, context, shared: null);

    /// <summary>
    /// Parses as <see cref="Parse(ReadOnlySpan{byte}, string, string)"/> does, for texts that are similar: short
    /// strings are shared with the previous texts.
    /// </summary>
    internal static JsonValue Parse(
        ReadOnlySpan<byte> text,
        string errorId,
        string? context,
        Utf8StringCache? shared) => JsonParser.Parse(text, errorId, context, shared);

    /// <summary>Returns the value as compact JSON, for debugging and messages.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(JsonText.Compact(this));
}
