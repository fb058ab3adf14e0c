using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace PbsModule.Core.Formats.Json;

/// <summary>Reads and prints numbers as serde_json does where .NET differs.</summary>
internal static class JsonNumber
{
    private const int LargestPower = 308;

    private static readonly double[] Powers =
        [.. Enumerable.Range(0, LargestPower + 1).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    /// <summary>
    /// Computes <paramref name="significand"/> × 10^<paramref name="exponent"/> in double arithmetic. In rare cases,
    /// the last bit differs from the nearest double, and PBS prints the differing one.
    /// </summary>
    /// <returns>False if the number is too large for a double.</returns>
    public static bool TryScale(ulong significand, int exponent, out double value)
    {
        value = significand;
        if (value == 0) return true;
        while (exponent < -LargestPower)
        {
            value /= Powers[LargestPower];
            exponent += LargestPower;
            if (value == 0) return true;
        }

        if (exponent > LargestPower) return false;
        value = exponent < 0 ? value / Powers[-exponent] : value * Powers[exponent];
        return double.IsFinite(value);
    }

    /// <summary>
    /// Writes an integer in decimal, and any other number with the fewest digits that give the same number when read,
    /// with a point or an exponent.
    /// </summary>
    public static void Write(ArrayBufferWriter<byte> output, JsonValue value)
    {
        const int longest = 32;
        Span<byte> text = output.GetSpan(longest);
        int length;
        if (value.TryGetUInt64(out ulong unsigned)) Utf8Formatter.TryFormat(unsigned, text, out length);
        else if (value.TryGetInt64(out long signed)) Utf8Formatter.TryFormat(signed, text, out length);
        else
        {
            value.TryGetDouble(out double number);
            length = Format(number, text);
        }

        output.Advance(length);
    }

    private static int Format(double number, Span<byte> text)
    {
        Span<byte> digits = stackalloc byte[17];
        int count = ShortestDigits(Math.Abs(number), digits, out int point);

        int at = 0;
        if (double.IsNegative(number)) text[at++] = (byte)'-';
        if (point is > -5 and <= 0)
        {
            at = Append(text, at, "0."u8);
            text.Slice(at, -point).Fill((byte)'0');
            return Append(text, at - point, digits[..count]);
        }

        if (point is > 0 and <= 16)
        {
            int whole = Math.Min(count, point);
            at = Append(text, at, digits[..whole]);
            text.Slice(at, point - whole).Fill((byte)'0');
            at = Append(text, at + point - whole, "."u8);
            return Append(text, at, count > point ? digits[point..count] : "0"u8);
        }

        at = Append(text, at, digits[..1]);
        if (count > 1) at = Append(text, Append(text, at, "."u8), digits[1..count]);
        at = Append(text, at, "e"u8);
        Utf8Formatter.TryFormat(point - 1, text[at..], out int written);
        return at + written;
    }

    /// <summary>
    /// Returns the digits without leading and trailing zeros, and the position of the decimal point (0.ddd × 10^point).
    /// </summary>
    private static int ShortestDigits(double number, Span<byte> digits, out int point)
    {
        Span<char> text = stackalloc char[32];
        number.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        int mark = text[..length].IndexOf('E');
        int exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..length], CultureInfo.InvariantCulture);
        ReadOnlySpan<char> mantissa = mark < 0 ? text[..length] : text[..mark];

        int count = 0, whole = 0;
        bool beforePoint = true;
        foreach (char c in mantissa)
        {
            if (c == '.') beforePoint = false;
            else if (count == 0 && c == '0') whole -= beforePoint ? 0 : 1;
            else
            {
                digits[count++] = (byte)c;
                if (beforePoint) whole++;
            }
        }

        while (count > 1 && digits[count - 1] == (byte)'0') count--;
        point = whole + exponent;
        if (count > 0) return count;
        digits[0] = (byte)'0';
        point = 1;
        return 1;
    }

    private static int Append(Span<byte> text, int at, ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(text[at..]);
        return at + piece.Length;
    }
}
