using System.Buffers;
using System.Globalization;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Reads floating-point numbers as PBS does: without blanks and separators, and including <c>.5</c>, <c>5.</c>,
/// <c>+1e3</c>, <c>inf</c> and <c>NaN</c>.
/// </summary>
internal static class FloatText
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789.eE+-");

    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        ReadOnlySpan<char> digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        bool isNegative = text.StartsWith('-');
        if (digits.Equals("inf", StringComparison.OrdinalIgnoreCase)
            || digits.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = double.NaN;
        if (digits.Equals("nan", StringComparison.OrdinalIgnoreCase)) return true;
        return !digits.IsEmpty && !digits.ContainsAnyExcept(Allowed)
            && double.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out value);
    }
}
