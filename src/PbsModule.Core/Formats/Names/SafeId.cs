namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Checks PBS's PROXMOX_SAFE_ID: a letter, digit or underscore, followed by letters, digits, dots, underscores or
/// dashes.
/// </summary>
public static class SafeId
{
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_')) return false;
        foreach (char c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')) return false;
        }

        return true;
    }
}
