using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace PbsModule.Core.Formats.Text;

/// <summary>Decodes bytes that must be UTF-8, with PBS's error messages.</summary>
internal static class Utf8Text
{
    /// <summary>
    /// Returns the text of the bytes, or the error and its place (<c>invalid utf-8 sequence of 1 bytes from index
    /// 0</c>).
    /// </summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out string? error)
    {
        if (Utf8.IsValid(bytes))
        {
            text = Encoding.UTF8.GetString(bytes);
            error = null;
            return true;
        }

        text = null;
        error = Describe(bytes);
        return false;
    }

    private static string Describe(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (true)
        {
            switch (Rune.DecodeFromUtf8(bytes[at..], out _, out int consumed))
            {
                case OperationStatus.Done:
                    at += consumed;
                    break;
                case OperationStatus.InvalidData:
                    return $"invalid utf-8 sequence of {consumed} bytes from index {at}";
                default:
                    return $"incomplete utf-8 byte sequence from index {at}";
            }
        }
    }
}
