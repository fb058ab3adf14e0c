using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// Converts a <see cref="JsonValue"/> to a typed value, or returns the error message that serde has for a wrong type.
/// PBS logs these messages ("error parsing verification state : …").
/// </summary>
internal static class JsonShape
{
    private const int LongestQuote = 200;

    public static bool TryText(
        JsonValue value,
        out string text,
        [NotNullWhen(false)] out string? error,
        string expected = "a string")
    {
        text = value.AsString() ?? "";
        error = value.Kind == JsonKind.String ? null : InvalidType(value, expected);
        return error is null;
    }

    public static bool TryUInt64(JsonValue value, out ulong number, [NotNullWhen(false)] out string? error)
    {
        if (value.TryGetUInt64(out number)) error = null;
        else error = value.Kind == JsonKind.Negative ? Invalid("value", value, "u64") : InvalidType(value, "u64");
        return error is null;
    }

    public static bool TryInt64(JsonValue value, out long number, [NotNullWhen(false)] out string? error)
    {
        if (value.TryGetInt64(out number)) error = null;
        else error = value.Kind == JsonKind.Unsigned ? Invalid("value", value, "i64") : InvalidType(value, "i64");
        return error is null;
    }

    /// <summary>Reads a member that PBS declares as an enumeration.</summary>
    /// <param name="value">The value to read.</param>
    /// <param name="words">The known words, in the order in which PBS declares them.</param>
    /// <param name="index">The position of the word in <paramref name="words"/>, or -1.</param>
    /// <param name="error">The error message, or null.</param>
    public static bool TryWord(
        JsonValue value,
        ReadOnlySpan<string> words,
        out int index,
        [NotNullWhen(false)] out string? error)
    {
        index = -1;
        error = value.Kind switch
        {
            JsonKind.String when (index = words.IndexOf(value.AsString()!)) >= 0 => null,
            JsonKind.String => $"unknown variant `{Shorten(value.AsString()!)}`, expected {Alternatives(words)}",
            JsonKind.Object => "invalid value: map, expected map with a single key",
            _ => InvalidType(value, "string or map"),
        };
        return error is null;
    }

    public static string MissingField(string name) => $"missing field `{name}`";

    public static string InvalidType(JsonValue value, string expected) => Invalid("type", value, expected);

    public static string Invalid(string what, JsonValue value, string expected) =>
        $"invalid {what}: {Describe(value)}, expected {expected}";

    private static string Describe(JsonValue value) => value.Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.False or JsonKind.True => $"boolean `{value}`",
        JsonKind.Unsigned or JsonKind.Negative => $"integer `{value}`",
        JsonKind.Float => $"floating point `{value}`",
        JsonKind.String => $"string {JsonValue.FromValid(Shorten(value.AsString()!))}",
        JsonKind.Array => "sequence",
        _ => "map",
    };

    private static string Alternatives(ReadOnlySpan<string> words) => words.Length == 2
        ? string.Create(CultureInfo.InvariantCulture, $"`{words[0]}` or `{words[1]}`")
        : $"one of `{string.Join("`, `", words)}`";

    /// <summary>Shortens a text, because an untrusted text may be as long as the manifest.</summary>
    private static string Shorten(string text)
    {
        if (text.Length <= LongestQuote) return text;
        int end = char.IsHighSurrogate(text[LongestQuote - 1]) ? LongestQuote - 1 : LongestQuote;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
