namespace PbsModule.Core.Interop.Files;

/// <summary>Recognizes names that Windows does not use as a file of exactly that name.</summary>
internal static class WindowsName
{
    private static readonly System.Buffers.SearchValues<char> Forbidden =
        System.Buffers.SearchValues.Create("\\/:*?\"<>|");
    private static readonly string[] Reserved = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Returns the reason why Windows cannot use a name, or null if it can.</summary>
    public static string? Refuse(string name)
    {
        if (name.AsSpan().ContainsAny(Forbidden) || name.Any(char.IsControl))
        {
            return "the name has characters that file names cannot have on Windows";
        }

        if (name.EndsWith('.') || name.EndsWith(' '))
        {
            return "the name ends in a dot or a blank, which Windows would drop";
        }

        string stem = name.Split('.')[0].TrimEnd(' ');
        return IsDevice(stem) ? "the name stands for a device on Windows" : null;
    }

    private static bool IsDevice(string stem) =>
        Reserved.Contains(stem, StringComparer.OrdinalIgnoreCase)
        || (stem.Length == 4
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && "0123456789¹²³".Contains(stem[3]));
}
