using System.Globalization;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Checks and compares backup ids: they have the form of PBS's SAFE_ID, and numbers are ordered by value. Source:
/// pbs-api-types.
/// </summary>
public static class BackupId
{
    public static bool IsValid(ReadOnlySpan<char> text) => SafeId.IsValid(text);

    /// <summary>
    /// Compares two numbers (unsigned, 64 bits) by value, a number before a name, and names byte by byte.
    /// </summary>
    public static int Compare(string left, string right)
    {
        bool leftIsNumber = TryNumber(left, out ulong l), rightIsNumber = TryNumber(right, out ulong r);
        if (leftIsNumber && rightIsNumber)
        {
            int order = l.CompareTo(r);
            return order != 0 ? order : string.CompareOrdinal(left, right);
        }

        return leftIsNumber ? -1 : rightIsNumber ? 1 : string.CompareOrdinal(left, right);
    }

    private static bool TryNumber(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
