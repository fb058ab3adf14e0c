using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// What a <see cref="JsonValue"/> is. Numbers keep the three forms PBS's JSON library knows, because it prints them
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

    /// <summary>Any other number, and -0.</summary>
    Float,
    String,
    Array,
    Object,
}

/// <summary>
/// An immutable JSON value with the meaning serde_json gives it (sorted objects, last duplicate wins, integers up to
/// 64 bit), so that a text read and written again equals what PBS writes. 16 bytes; the default is null.
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

    /// <exception cref="ArgumentException">Not a finite number: JSON cannot say it.</exception>
    public static JsonValue From(double value) => double.IsFinite(value)
        ? new(FloatTag, BitConverter.DoubleToUInt64Bits(value))
        : throw new ArgumentException("JSON has no text for this number", nameof(value));

    /// <exception cref="PbsArgumentException">The text holds half a surrogate pair, which UTF-8 cannot.</exception>
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

    /// <summary>An array of these items, which the value owns from now on.</summary>
    public static JsonValue FromItems(params JsonValue[] items) =>
        new(items ?? throw new ArgumentNullException(nameof(items)));

    /// <summary>A string that came out of valid UTF-8.</summary>
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

    /// <summary>The text, or null if this is no string.</summary>
    public string? AsString() => _content as string;

    /// <summary>The object, or null if this is none.</summary>
    public JsonObject? AsObject() => _content as JsonObject;

    /// <summary>The items; empty if this is no array.</summary>
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

    /// <summary>Parses a whole JSON text as PBS's library would, with its wording of what is wrong.</summary>
    /// <param name="text">UTF-8; at most 127 arrays and objects deep.</param>
    /// <param name="errorId">Id of the format that is being read.</param>
    /// <param name="context">What was tried, put before the reason with " - "; null for none.</param>
    /// <exception cref="PbsFormatException">With the offset of the byte that cannot stand there.</exception>
    public static JsonValue Parse(ReadOnlySpan<byte> text, string errorId, string? context = null) =>
        JsonParser.Parse(text, errorId, context, shared: null);

    /// <summary>As above, for texts that are much alike: takes short strings from those of the texts before.</summary>
    internal static JsonValue Parse(
        ReadOnlySpan<byte> text,
        string errorId,
        string? context,
        Utf8StringCache? shared) => JsonParser.Parse(text, errorId, context, shared);

    /// <summary>The value in compact JSON, for debugging and messages.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(JsonText.Compact(this));
}
