using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Escapes texts as in systemd unit names. PBS uses this for the worker id in a UPID and for the names of its lock
/// files: '/' becomes '-', and a byte outside <c>[A-Za-z0-9_.]</c> or a leading dot becomes <c>\xNN</c> (lower case).
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

    /// <summary>
    /// Replaces escapes by the bytes that they represent, and '-' by '/'. As in PBS, any other character is accepted
    /// without an escape.
    /// </summary>
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

                // In place, because an escape is longer than the byte that it represents.
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
