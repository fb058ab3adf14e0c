using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>Reads hexadecimal digests with the same error messages as PBS's hex library.</summary>
internal static class HexText
{
    /// <summary>Reads 64 hex digits of either case.</summary>
    public static bool TryDigest(string text, out Digest digest, [NotNullWhen(false)] out string? error)
    {
        digest = default;
        int length = Encoding.UTF8.GetByteCount(text);
        if (length % 2 != 0) error = "Odd number of digits";
        else if (length != Digest.TextLength) error = "Invalid string length";
        else if (Digest.TryParse(text, out digest)) error = null;
        else error = WrongDigit(text);
        return error is null;
    }

    private static string WrongDigit(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int at = Array.FindIndex(bytes, b => !char.IsAsciiHexDigit((char)b));
        return $"Invalid character '{(char)bytes[at]}' at position {at}";
    }
}
