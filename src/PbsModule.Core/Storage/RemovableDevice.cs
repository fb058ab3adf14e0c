using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>
/// Finds where on which device a folder lies, to recognise a removable datastore on an attached disk: its configuration
/// names it by the UUID of a partition and a path on it.
/// </summary>
/// <param name="mounts">The text of /proc/self/mountinfo.</param>
/// <param name="deviceOf">Returns the full path of the device with a UUID; null if it is not attached.</param>
internal sealed class RemovableDevice(string mounts, Func<string, string?> deviceOf)
{
    private const int RootField = 3;
    private const int MountPointField = 4;
    private const string Separator = "-";

    /// <summary>Of the system that runs this; null where there are no such files.</summary>
    public static RemovableDevice? OfSystem()
    {
        try
        {
            return new RemovableDevice(File.ReadAllText("/proc/self/mountinfo"), static uuid =>
            {
                string link = $"/dev/disk/by-uuid/{uuid}";
                return File.Exists(link) ? RealPath.Of(link) : null;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns whether a folder is the one at a path on a device.</summary>
    /// <param name="folder">The full path of the folder, without symbolic links.</param>
    /// <param name="uuid">The UUID of the device's file system.</param>
    /// <param name="relative">The path on the device.</param>
    public bool IsAt(string folder, string uuid, string relative)
    {
        if (deviceOf(uuid) is not { } device || MountOf(folder) is not { } mount) return false;
        string below = folder.Length > mount.Point.Length ? folder[mount.Point.Length..] : "";
        return RealPath.Of(mount.Source) == device && Normal($"{mount.Root}/{below}") == Normal(relative);
    }

    /// <summary>The mount that a folder lies in: the last one of the longest mount point.</summary>
    private (string Root, string Point, string Source)? MountOf(string folder)
    {
        (string Root, string Point, string Source)? found = null;
        foreach (string line in mounts.Split('\n'))
        {
            string[] fields = line.Split(' ');
            int end = Array.IndexOf(fields, Separator);
            if (end <= MountPointField || end + 2 >= fields.Length || line.Contains('\0')) continue;
            string point = Unescape(fields[MountPointField]);
            bool isAbove = folder == point || point == "/"
                || (folder.StartsWith(point, StringComparison.Ordinal) && folder[point.Length] == '/');
            if (!isAbove || (found is { } known && known.Point.Length > point.Length)) continue;
            found = (Unescape(fields[RootField]), point, Unescape(fields[end + 2]));
        }

        return found;
    }

    private static string Normal(string path) =>
        string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The kernel writes blanks, tabs, line feeds and backslashes as three octal digits.</summary>
    private static string Unescape(string text) => text.Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
