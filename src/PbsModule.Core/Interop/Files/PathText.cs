namespace PbsModule.Core.Interop.Files;

/// <summary>Paths as PBS prints them in messages: in double quotes, quotes and backslashes escaped.</summary>
internal static class PathText
{
    public static string Quote(string path) => path.AsSpan().IndexOfAny('"', '\\') < 0
        ? $"\"{path}\""
        : $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
