using System.Buffers;

namespace PbsModule.Core.Interop;

/// <summary>
/// What a system takes for a path, and when two texts mean the same one. <see cref="Current"/> is this machine's; the others can be asked anywhere.
/// </summary>
/// <param name="hasDrives">Whether '\' separates as '/' does, and paths may begin with a drive's letter (Windows).</param>
/// <param name="ignoresCase">Whether names that differ in case only are usually the same (Windows and macOS).</param>
internal sealed class PathStyle(bool hasDrives, bool ignoresCase)
{
    // A file of such a name cannot be made, with any extension: it means a device.
    private static readonly string[] DeviceNames = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
    private static readonly string[] NumberedDevices = ["COM", "LPT"];
    private static readonly SearchValues<char> Forbidden = SearchValues.Create([.. "<>:\"/\\|?*", .. Enumerable.Range(1, 31).Select(code => (char)code)]);

    public static PathStyle Linux { get; } = new(hasDrives: false, ignoresCase: false);

    public static PathStyle MacOS { get; } = new(hasDrives: false, ignoresCase: true);

    public static PathStyle Windows { get; } = new(hasDrives: true, ignoresCase: true);

    public static PathStyle Current { get; } = OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Linux;

    private StringComparison Comparison => ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>True for a text that can be no name of a datastore: it has a separator, begins with '.' or '~', or with a drive's letter and ':'.</summary>
    public bool IsPath(string text) =>
        text.StartsWith('.') || text.StartsWith('~') || text.Contains('/') || (hasDrives && (text.Contains('\\') || HasDrive(text)));

    /// <summary>Whether two full paths are written the same, as far as the system heeds the difference.</summary>
    public bool AreSame(string first, string second) => string.Equals(first, second, Comparison);

    /// <summary>Whether a full path lies in a folder, however deep; the folder itself does not.</summary>
    public bool IsInside(string path, string folder)
    {
        ReadOnlySpan<char> trimmed = folder.AsSpan().TrimEnd(hasDrives ? "/\\" : "/");
        return path.Length > trimmed.Length && path.AsSpan().StartsWith(trimmed, Comparison) && IsSeparator(path[trimmed.Length]);
    }

    /// <summary>
    /// Why a file of this name cannot be made in a folder, in a few words; null where it can. Windows would take some names for devices, for streams
    /// of other files, or drop their end.
    /// </summary>
    public string? ProblemOf(string name)
    {
        if (name is "" or "." or ".." || name.Contains('/') || name.Contains('\0')) return "is no name of a file";
        if (!hasDrives) return null;
        if (name.AsSpan().ContainsAny(Forbidden)) return "has a character that no name may have on this system";
        if (name[^1] is '.' or ' ') return "ends with a dot or blank, which this system drops";
        string stem = name.Split('.')[0].TrimEnd();
        return DeviceNames.Any(device => stem.Equals(device, StringComparison.OrdinalIgnoreCase)) || IsNumberedDevice(stem) ? "means a device on this system" : null;
    }

    private bool IsSeparator(char c) => c == '/' || (hasDrives && c == '\\');

    private static bool HasDrive(string text) => text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0]);

    // The superscript digits count as digits there.
    private static bool IsNumberedDevice(string stem) =>
        stem.Length == 4 && NumberedDevices.Any(device => stem.StartsWith(device, StringComparison.OrdinalIgnoreCase)) && stem[3] is (>= '1' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3';
}
