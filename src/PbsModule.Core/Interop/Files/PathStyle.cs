namespace PbsModule.Core.Interop.Files;

/// <summary>
/// What a system takes for a path, and when two texts mean the same one. <see cref="Current"/> is this machine's; the
/// others can be asked anywhere.
/// </summary>
/// <param name="hasDrives">Whether '\' separates as '/' does, and paths may begin with a drive's letter
/// (Windows).</param>
/// <param name="ignoresCase">Whether names that differ in case only are usually the same (Windows and macOS).</param>
internal sealed class PathStyle(bool hasDrives, bool ignoresCase)
{
    public static PathStyle Linux { get; } = new(hasDrives: false, ignoresCase: false);

    public static PathStyle MacOS { get; } = new(hasDrives: false, ignoresCase: true);

    public static PathStyle Windows { get; } = new(hasDrives: true, ignoresCase: true);

    public static PathStyle Current { get; } =
        OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Linux;

    /// <summary>Compares full paths.</summary>
    public StringComparer Comparer => ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private StringComparison Comparison => ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>
    /// True for a text that can be no name of a datastore: it has a separator, begins with '.' or '~', or with a
    /// drive's letter and ':'.
    /// </summary>
    public bool IsPath(string text) =>
        text.StartsWith('.')
            || text.StartsWith('~')
            || text.Contains('/')
            || (hasDrives && (text.Contains('\\') || HasDrive(text)));

    /// <summary>Whether two full paths are written the same, as far as the system heeds the difference.</summary>
    public bool AreSame(string first, string second) => string.Equals(first, second, Comparison);

    /// <summary>Whether a full path lies in a folder, however deep; the folder itself does not.</summary>
    public bool IsInside(string path, string folder)
    {
        ReadOnlySpan<char> trimmed = folder.AsSpan().TrimEnd(hasDrives ? "/\\" : "/");
        return path.Length > trimmed.Length
            && path.AsSpan().StartsWith(trimmed, Comparison)
            && IsSeparator(path[trimmed.Length]);
    }

    /// <summary>Why a file of this name cannot be made in a folder, in a few words; null where it can.</summary>
    public string? ProblemOf(string name) =>
        name is "" or "." or ".." || name.Contains('/') || name.Contains('\0') ? "the name is none that a file can have"
        : hasDrives ? WindowsName.Refuse(name) : null;

    private bool IsSeparator(char c) => c == '/' || (hasDrives && c == '\\');

    private static bool HasDrive(string text) => text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0]);
}
