using System.Globalization;

namespace PbsModule.Core.Interop;

/// <summary>How many files a process may have open. Linux tells; elsewhere there are plenty.</summary>
internal static class HandleLimit
{
    private const string Line = "Max open files";

    /// <summary>How many more this process may open; null where that is not told or there is no limit.</summary>
    /// <param name="process"><c>/proc/self</c>, or a picture of it.</param>
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

    /// <summary>The first figure of the line: what holds now. The second is how far the process may raise it.</summary>
    private static int? Soft(IEnumerable<string> lines)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal));
        string? figure = line?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(figure, CultureInfo.InvariantCulture, out int limit) ? limit : null;
    }
}
