using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>
/// Finds the time zone of a server, by whose clock its schedules go: of this machine for its own configuration, and for
/// a copy of a disk the one in the copy.
/// </summary>
internal static class ServerZone
{
    private const int MaxLength = 256;
    private const string Database = "zoneinfo/";

    /// <summary>Returns the zone; this machine's if the copy does not show one that is known here.</summary>
    /// <param name="configRoot">The full path of the configuration.</param>
    public static TimeZoneInfo Of(string configRoot)
    {
        string normal = Path.TrimEndingDirectorySeparator(configRoot.Replace(Path.DirectorySeparatorChar, '/'));
        if (!normal.EndsWith(ConfigurationRoot.DefaultPath, StringComparison.Ordinal)) return TimeZoneInfo.Local;
        string disk = normal[..^ConfigurationRoot.DefaultPath.Length];
        if (disk.Length == 0) return TimeZoneInfo.Local;
        string? name = LinkedName($"{disk}/etc/localtime") ?? WrittenName($"{disk}/etc/timezone");
        return name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
            ? zone
            : TimeZoneInfo.Local;
    }

    private static string? LinkedName(string path)
    {
        try
        {
            string? target = new FileInfo(path).LinkTarget;
            int at = target?.IndexOf(Database, StringComparison.Ordinal) ?? -1;
            return at < 0 ? null : target![(at + Database.Length)..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? WrittenName(string path)
    {
        try
        {
            string name = System.Text.Encoding.UTF8.GetString(
                Interop.Files.NativeFile.ReadAll(path, MaxLength)).Trim();
            return name.Length == 0 ? null : name;
        }
        catch (Exception e) when (e is Interop.OsErrorException or NotSupportedException or PbsException)
        {
            return null;
        }
    }
}
