namespace PbsModule.Core.Formats.Names;

/// <summary>
/// PBS's PROXMOX_SAFE_ID: a letter, digit or underscore, then letters, digits, dot, underscore or dash.
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
