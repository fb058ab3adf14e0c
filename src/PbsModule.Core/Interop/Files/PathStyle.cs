namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The path rules of an operating system: which texts are paths, and which paths are the same. <see cref="Current"/>
/// has the rules of this machine. The others can be used on any machine.
/// </summary>
/// <param name="hasDrives">
/// Whether '\' is a separator like '/', and paths may begin with a drive letter (Windows).
/// </param>
/// <param name="ignoresCase">Whether names that differ only in case are usually the same (Windows and macOS).</param>
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
    /// Whether a text cannot be the name of a datastore: it contains a separator, begins with '.' or '~', or begins
    /// with a drive letter and ':'.
    /// </summary>
    public bool IsPath(string text) =>
        text.StartsWith('.')
            || text.StartsWith('~')
            || text.Contains('/')
            || (hasDrives && (text.Contains('\\') || HasDrive(text)));

    /// <summary>Whether two full paths are spelled the same, ignoring case if the system does.</summary>
    public bool AreSame(string first, string second) => string.Equals(first, second, Comparison);

    /// <summary>Whether a full path is inside a folder, at any depth. The folder itself is not inside.</summary>
    public bool IsInside(string path, string folder)
    {
        ReadOnlySpan<char> trimmed = folder.AsSpan().TrimEnd(hasDrives ? "/\\" : "/");
        return path.Length > trimmed.Length
            && path.AsSpan().StartsWith(trimmed, Comparison)
            && IsSeparator(path[trimmed.Length]);
    }

    /// <summary>
    /// Returns a short reason why a file with this name cannot be created in a folder, or null if it can.
    /// </summary>
    public string? ProblemOf(string name) =>
        name is "" or "." or ".." || name.Contains('/') || name.Contains('\0') ? "the name is none that a file can have"
        : hasDrives ? WindowsName.Refuse(name) : null;

    private bool IsSeparator(char c) => c == '/' || (hasDrives && c == '\\');

    private static bool HasDrive(string text) => text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0]);
}
