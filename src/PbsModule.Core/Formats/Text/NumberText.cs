using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Reads integers from text files as PBS does: digits after at most one sign, no blanks, and the same error messages.
/// </summary>
internal static class NumberText
{
    private const string Empty = "cannot parse integer from empty string";
    private const string Invalid = "invalid digit found in string";
    private const string TooLarge = "number too large to fit in target type";
    private const string TooSmall = "number too small to fit in target type";

    /// <summary>Reads an unsigned 64-bit decimal number, including <c>+4</c> and <c>07</c>.</summary>
    public static bool TryParseUnsigned(
        ReadOnlySpan<char> text,
        out ulong value,
        [NotNullWhen(false)] out string? error)
    {
        value = 0;
        ReadOnlySpan<char> digits = text.StartsWith('+') ? text[1..] : text;
        error = text.IsEmpty ? Empty : digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? Invalid : null;
        if (error is not null) return false;
        foreach (char digit in digits)
        {
            ulong next = unchecked((value * 10) + (uint)(digit - '0'));
            if (value > (ulong.MaxValue - (uint)(digit - '0')) / 10)
            {
                error = TooLarge;
                return false;
            }

            value = next;
        }

        return true;
    }

    /// <summary>Reads a signed 64-bit decimal number, including <c>+4</c> and <c>07</c>.</summary>
    public static bool TryParseSigned(ReadOnlySpan<char> text, out long value, [NotNullWhen(false)] out string? error)
    {
        value = 0;
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = negative || text.StartsWith('+') ? text[1..] : text;
        error = text.IsEmpty ? Empty
            : digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') ? Invalid
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ? null
            : negative ? TooSmall : TooLarge;
        return error is null;
    }

    /// <summary>Reads a signed 64-bit number with hexadecimal digits of either case and without a prefix.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out long value, [NotNullWhen(false)] out string? error)
    {
        value = 0;
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = negative || text.StartsWith('+') ? text[1..] : text;
        error = text.IsEmpty ? Empty : digits.IsEmpty ? Invalid : null;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit)) error = Invalid;
        }

        if (error is not null) return false;
        Int128 wide = 0;
        foreach (char digit in digits)
        {
            wide = (wide * 16) + (negative ? -HexValue(digit) : HexValue(digit));
            if (wide > long.MaxValue || wide < long.MinValue)
            {
                error = negative ? TooSmall : TooLarge;
                return false;
            }
        }

        value = (long)wide;
        return true;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | ' ') - 'a' + 10;
}
