using System.Globalization;

namespace PbsModule.Core.Interop;

/// <summary>
/// The limit of open files of a process. Only Linux reports it. On other systems, the limit does not matter.
/// </summary>
internal static class HandleLimit
{
    private const string Line = "Max open files";

    /// <summary>
    /// Returns the number of files that this process may still open, or null if there is no limit or it is not known.
    /// </summary>
    /// <param name="process"><c>/proc/self</c>, or a copy of it.</param>
    public static int? Left(string process = "/proc/self")
    {
        try
        {
            if (Soft(File.ReadLines(Path.Combine(process, "limits"))) is not { } limit) return null;
            return Math.Max(0, limit - Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Count());
        }
        catch (Exception e) when (OsError.TryFrom(e, out _))
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the first number of the line, which is the current limit. The second is the value up to which the
    /// process may raise it.
    /// </summary>
    private static int? Soft(IEnumerable<string> lines)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal));
        string? figure = line?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(figure, CultureInfo.InvariantCulture, out int limit) ? limit : null;
    }
}
