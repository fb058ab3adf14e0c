using System.Buffers;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Converts file names to text and back. Names on disk are bytes: bytes that are not UTF-8, control characters and '/'
/// are written as <c>\x</c> and two hexadecimal digits. The text is then visible, cannot control a terminal, and
/// identifies the same name again. All other characters are unchanged, except that a backslash is written as
/// <c>\x5c</c> if the text after it would make it an escape.
/// </summary>
public static class EscapedName
{
    /// <summary>The largest number of characters for one byte of a name.</summary>
    public const int MaxExpansion = EscapeLength;

    private const int EscapeLength = 4;
    private const byte Backslash = (byte)'\\';
    private const string Digits = "0123456789abcdef";

    private static readonly byte[] PlainBytes =
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(value => (byte)value).Where(value => value != Backslash)];
    private static readonly SearchValues<byte> PlainInPaths = SearchValues.Create(PlainBytes);
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. PlainBytes.Where(value => value != '/')]);

    /// <summary>Whether a name consists only of ASCII characters that are always shown as they are.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> name) => name.IndexOfAnyExcept(Plain) < 0;

    /// <summary>Whether <see cref="IsPlain"/> is true for each name of a path joined by '/'.</summary>
    public static bool IsPlainPath(ReadOnlySpan<byte> path) => path.IndexOfAnyExcept(PlainInPaths) < 0;

    /// <summary>Returns the name as text.</summary>
    public static string Format(ReadOnlySpan<byte> name)
    {
        if (IsPlain(name)) return Encoding.ASCII.GetString(name);
        char[] text = ArrayPool<char>.Shared.Rent(name.Length * MaxExpansion);
        string result = new(text, 0, Format(name, text));
        ArrayPool<char>.Shared.Return(text);
        return result;
    }

    /// <summary>Writes the name as text. Returns the number of characters.</summary>
    /// <param name="name">The bytes of the name.</param>
    /// <param name="text">Receives the text. It must have <see cref="MaxExpansion"/> characters for each byte.</param>
    public static int Format(ReadOnlySpan<byte> name, Span<char> text)
    {
        int length = 0;
        while (!name.IsEmpty)
        {
            bool isText = Rune.DecodeFromUtf8(name, out Rune rune, out int taken) == OperationStatus.Done
                && !Rune.IsControl(rune) && rune.Value != '/' && !(rune.Value == Backslash && IsEscape(name, out _));
            if (isText) length += rune.EncodeToUtf16(text[length..]);
            else foreach (byte value in name[..taken]) length += Escape(value, text[length..]);
            name = name[taken..];
        }

        return length;
    }

    /// <summary>Returns the name that a text represents.</summary>
    public static byte[] Parse(ReadOnlySpan<char> text)
    {
        byte[] name = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, name);
        int length = 0;
        for (int at = 0; at < name.Length; length++)
        {
            if (IsEscape(name.AsSpan(at), out byte value)) at += EscapeLength;
            else value = name[at++];
            name[length] = value;
        }

        return length == name.Length ? name : name[..length];
    }

    /// <summary>Whether a text begins with an escape that <see cref="Format(ReadOnlySpan{byte})"/> can write.</summary>
    private static bool IsEscape(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        if (text.Length < EscapeLength || text[0] != Backslash || text[1] != 'x') return false;
        int high = DigitOf(text[2]), low = DigitOf(text[3]);
        if (high < 0 || low < 0) return false;
        value = (byte)(high << 4 | low);
        return value is < 0x20 or (byte)'/' or Backslash or >= 0x7F;
    }

    private static int DigitOf(byte digit) =>
        Digits.IndexOf((char)(digit is >= (byte)'A' and <= (byte)'F' ? digit | 0x20 : digit));

    private static int Escape(byte value, Span<char> text)
    {
        text[0] = '\\';
        text[1] = 'x';
        text[2] = Digits[value >> 4];
        text[3] = Digits[value & 0xF];
        return EscapeLength;
    }
}
