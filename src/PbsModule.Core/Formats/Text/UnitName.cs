using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// The escaping of systemd unit names, which PBS uses for the worker id in a UPID and for the names of its lock files:
/// '/' becomes '-', a byte outside of <c>[A-Za-z0-9_.]</c> and a dot at the front become <c>\xNN</c> (lower case).
/// </summary>
internal static class UnitName
{
    private const int BytesOfEscape = 4;

    public static string Escape(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var result = new StringBuilder(bytes.Length + 16);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b == '/') result.Append('-');
            else if (char.IsAsciiLetterOrDigit((char)b) || b == '_' || (b == '.' && i > 0)) result.Append((char)b);
            else result.Append("\\x").Append(HexDigit(b >> 4)).Append(HexDigit(b & 15));
        }

        return result.ToString();
    }

    /// <summary>Takes the escapes out; whatever needs no unescaping stands for itself, as in PBS.</summary>
    public static bool TryUnescape(
        string text,
        [NotNullWhen(true)] out string? result,
        [NotNullWhen(false)] out string? error)
    {
        result = null;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (b == '\\')
            {
                if (bytes.Length - i < BytesOfEscape || bytes[i + 1] != 'x')
                {
                    error = "error in escape sequence";
                    return false;
                }

                // In place: an escape is longer than what it stands for.
                if (Convert.FromHexString(
                    bytes.AsSpan(i + 2, 2),
                    bytes.AsSpan(length),
                    out _,
                    out _) != OperationStatus.Done)
                {
                    error = "got invalid hex digit";
                    return false;
                }

                length++;
                i += BytesOfEscape - 1;
            }
            else
            {
                bytes[length++] = b == '-' ? (byte)'/' : b;
            }
        }

        return Utf8Text.TryDecode(bytes.AsSpan(0, length), out result, out error);
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);
}
