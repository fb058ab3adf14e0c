namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Formats paths as PBS prints them in messages: in double quotes, with escaped quotes and backslashes.
/// </summary>
internal static class PathText
{
    public static string Quote(string path) => path.AsSpan().IndexOfAny('"', '\\') < 0
        ? $"\"{path}\""
        : $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
