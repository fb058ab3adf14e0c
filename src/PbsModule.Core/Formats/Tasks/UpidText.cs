using System.Buffers;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// Recognizes the text of a <see cref="Upid"/> in a buffer, for listings that read thousands of them.
/// </summary>
internal static class UpidText
{
    private static readonly SearchValues<byte> NodeBytes =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"u8);
    private static readonly SearchValues<byte> HexBytes = SearchValues.Create("0123456789ABCDEF"u8);
    private static readonly SearchValues<byte> PlainIdBytes =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-"u8);

    /// <summary>
    /// Whether a text is valid and is printed exactly as it is. If the result is false, the text may still be valid,
    /// and <see cref="Upid.TryParse"/> must check it.
    /// </summary>
    public static bool IsPrinted(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("UPID:"u8) || text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)) return false;
        ReadOnlySpan<byte> rest = text["UPID:"u8.Length..];
        return TryTake(ref rest, out ReadOnlySpan<byte> node) && IsNode(node)
            && TryTake(ref rest, out ReadOnlySpan<byte> pid) && IsHex(pid, 8) && pid[0] < (byte)'8'
            && TryTake(ref rest, out ReadOnlySpan<byte> pstart) && IsHex(pstart, 9)
            && TryTake(ref rest, out ReadOnlySpan<byte> taskId) && IsHex(taskId, 16)
            && TryTake(ref rest, out ReadOnlySpan<byte> start) && IsHex(start, 8)
            && TryTake(ref rest, out ReadOnlySpan<byte> type) && !type.IsEmpty
            && TryTake(ref rest, out ReadOnlySpan<byte> id) && IsEscaped(id)
            && TryTake(ref rest, out ReadOnlySpan<byte> authId) && !authId.IsEmpty
            && rest.IsEmpty;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> part)
    {
        int end = rest.IndexOf((byte)':');
        part = end < 0 ? default : rest[..end];
        rest = rest[(end + 1)..];
        return end >= 0;
    }

    private static bool IsNode(ReadOnlySpan<byte> node) =>
        !node.IsEmpty && node[0] != (byte)'-' && node[^1] != (byte)'-' && !node.ContainsAnyExcept(NodeBytes);

    /// <summary>Whether the digits are hexadecimal: at least eight, and more only without leading zeros.</summary>
    private static bool IsHex(ReadOnlySpan<byte> digits, int most) =>
        digits.Length >= 8
            && digits.Length <= most
            && (digits.Length == 8 || digits[0] != (byte)'0')
            && !digits.ContainsAnyExcept(HexBytes);

    private static bool IsEscaped(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty) return true;
        if (id[0] == (byte)'.') return false;
        while (true)
        {
            int special = id.IndexOfAnyExcept(PlainIdBytes);
            if (special < 0) return true;
            id = id[special..];
            if (id.Length < 4 || !IsEscape(id[..4])) return false;
            id = id[4..];
        }
    }

    /// <summary>Whether the bytes are <c>\xHH</c> for an ASCII character that must be escaped.</summary>
    private static bool IsEscape(ReadOnlySpan<byte> escape)
    {
        if (escape[0] != (byte)'\\'
            || escape[1] != (byte)'x'
            || escape[2] is < (byte)'0' or > (byte)'7'
            || !char.IsAsciiHexDigitLower((char)escape[3]))
        {
            return false;
        }

        int low = char.IsAsciiDigit((char)escape[3]) ? escape[3] - '0' : escape[3] - 'a' + 10;
        char c = (char)(((escape[2] - '0') << 4) | low);
        return !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '/');
    }
}
