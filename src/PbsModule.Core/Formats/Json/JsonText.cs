using System.Buffers;
using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// Writes JSON byte for byte as PBS does. Every encoder of System.Text.Json escapes more characters than PBS does, and
/// the signature of a manifest covers these bytes.
/// </summary>
public static class JsonText
{
    private enum Form
    {
        Compact,
        Pretty,
        Canonical,
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    /// <summary>
    /// Writes with an indent of two blanks a level, <c>": "</c>, LF, no final line feed, and names in byte order.
    /// </summary>
    public static byte[] Pretty(JsonValue value) => Write(value, Form.Pretty);

    /// <summary>Writes without white space, with names in byte order.</summary>
    public static byte[] Compact(JsonValue value) => Write(value, Form.Compact);

    /// <summary>Writes the form that is signed: compact, and without any null.</summary>
    /// <exception cref="PbsFormatException">The value contains a null: <c>got unexpected null value</c>.</exception>
    public static byte[] Canonical(JsonValue value, string errorId) => Write(value, Form.Canonical, errorId);

    private static byte[] Write(JsonValue value, Form form, string errorId = "")
    {
        var output = new ArrayBufferWriter<byte>(512);
        WriteValue(output, value, form, 0, errorId);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteValue(
        ArrayBufferWriter<byte> output,
        JsonValue value,
        Form form,
        int level,
        string errorId)
    {
        switch (value.Kind)
        {
            case JsonKind.Null when form == Form.Canonical:
                throw new PbsFormatException(errorId, "got unexpected null value");
            case JsonKind.Null: output.Write("null"u8); break;
            case JsonKind.False: output.Write("false"u8); break;
            case JsonKind.True: output.Write("true"u8); break;
            case JsonKind.String: WriteString(output, value.AsString()!); break;
            case JsonKind.Array: WriteArray(output, value.Items, form, level, errorId); break;
            case JsonKind.Object: WriteObject(output, value.AsObject()!.Members, form, level, errorId); break;
            default: JsonNumber.Write(output, value); break;
        }
    }

    private static void WriteArray(
        ArrayBufferWriter<byte> output,
        ReadOnlySpan<JsonValue> items,
        Form form,
        int level,
        string errorId)
    {
        output.Write("["u8);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            BreakLine(output, form, level + 1);
            WriteValue(output, items[i], form, level + 1, errorId);
        }

        if (!items.IsEmpty) BreakLine(output, form, level);
        output.Write("]"u8);
    }

    private static void WriteObject(
        ArrayBufferWriter<byte> output,
        ReadOnlySpan<KeyValuePair<string, JsonValue>> members,
        Form form,
        int level,
        string errorId)
    {
        output.Write("{"u8);
        for (int i = 0; i < members.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            BreakLine(output, form, level + 1);
            WriteString(output, members[i].Key);
            output.Write(form == Form.Pretty ? ": "u8 : ":"u8);
            WriteValue(output, members[i].Value, form, level + 1, errorId);
        }

        if (!members.IsEmpty) BreakLine(output, form, level);
        output.Write("}"u8);
    }

    private static void BreakLine(ArrayBufferWriter<byte> output, Form form, int level)
    {
        if (form != Form.Pretty) return;
        int length = 1 + (2 * level);
        Span<byte> line = output.GetSpan(length)[..length];
        line.Fill((byte)' ');
        line[0] = (byte)'\n';
        output.Advance(length);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int special = rest.IndexOfAny(Escaped);
            Encoding.UTF8.GetBytes(special < 0 ? rest : rest[..special], output);
            if (special < 0) break;
            WriteEscape(output, rest[special]);
            rest = rest[(special + 1)..];
        }

        output.Write("\""u8);
    }

    private static void WriteEscape(ArrayBufferWriter<byte> output, char c)
    {
        switch (c)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write("\\\\"u8); break;
            case '\b': output.Write("\\b"u8); break;
            case '\f': output.Write("\\f"u8); break;
            case '\n': output.Write("\\n"u8); break;
            case '\r': output.Write("\\r"u8); break;
            case '\t': output.Write("\\t"u8); break;
            default:
                const string digits = "0123456789abcdef";
                output.Write([
                    (byte)'\\',
                    (byte)'u',
                    (byte)'0',
                    (byte)'0',
                    (byte)digits[c >> 4],
                    (byte)digits[c & 0xF],
                ]);
                break;
        }
    }
}
