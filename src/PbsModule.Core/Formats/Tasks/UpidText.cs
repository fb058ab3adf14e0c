using System.Buffers;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// Recognises the text of a <see cref="Upid"/> where it lies, for listings that meet thousands of them.
/// </summary>
internal static class UpidText
{
    private static readonly SearchValues<byte> NodeBytes =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"u8);
    private static readonly SearchValues<byte> HexBytes = SearchValues.Create("0123456789ABCDEF"u8);
    private static readonly SearchValues<byte> PlainIdBytes =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-"u8);

    /// <summary>
    /// True only for texts that are valid and print as they stand. The reverse does not hold: false means that
    /// <see cref="Upid.TryParse"/> has to look.
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

    /// <summary>At least eight digits; more only when they are needed.</summary>
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

    /// <summary><c>\xHH</c> for an ASCII character that does not stand for itself.</summary>
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
