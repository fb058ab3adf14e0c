using System.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Configuration;

/// <summary>
/// Finds the release of the server that owns a folder: the folder's disk, or copy of a disk, has the list of its
/// installed packages. No file of PBS itself names its release.
/// </summary>
internal static class InstalledRelease
{
    // A server's list has 1 to 3 MB.
    private const int MaxLength = 64 << 20;

    private const string PackageList = "var/lib/dpkg/status";

    private static ReadOnlySpan<byte> Package => "Package: proxmox-backup-server\n"u8;

    private static ReadOnlySpan<byte> Status => "\nStatus: install ok installed\n"u8;

    private static ReadOnlySpan<byte> Version => "\nVersion: "u8;

    /// <summary>
    /// Returns the release; null if the folder does not have the place that it has on a server, or if its disk has no
    /// such list. A list above any other folder would be that of the machine that holds the copy.
    /// </summary>
    /// <param name="folder">The full path of the folder.</param>
    /// <param name="usualPlace">Where a server has it, like <c>/etc/proxmox-backup</c>.</param>
    public static ServerRelease? Of(string folder, string usualPlace)
    {
        string normal = Path.TrimEndingDirectorySeparator(folder.Replace(Path.DirectorySeparatorChar, '/'));
        if (!normal.EndsWith(usualPlace, StringComparison.Ordinal)) return null;
        try
        {
            return Find(NativeFile.ReadAll($"{normal[..^usualPlace.Length]}/{PackageList}", MaxLength));
        }
        catch (Exception e) when (e is OsErrorException or NotSupportedException)
        {
            // Not a Debian system, not readable, or not a file: the release stays unknown.
            return null;
        }
    }

    /// <summary>Returns the release in a package list; null if the server is not installed.</summary>
    internal static ServerRelease? Find(ReadOnlySpan<byte> list)
    {
        for (int start; (start = list.IndexOf(Package)) >= 0; list = list[(start + Package.Length)..])
        {
            if (start > 0 && list[start - 1] != '\n') continue;
            ReadOnlySpan<byte> entry = list[start..];
            int end = entry.IndexOf("\n\n"u8);
            if (end >= 0) entry = entry[..(end + 1)];
            if (entry.IndexOf(Status) < 0) continue;
            int version = entry.IndexOf(Version);
            if (version < 0) continue;
            ReadOnlySpan<byte> text = entry[(version + Version.Length)..];
            int lineEnd = text.IndexOf((byte)'\n');
            if (lineEnd >= 0) text = text[..lineEnd];
            if (ServerRelease.TryParse(Encoding.ASCII.GetString(text), out ServerRelease release)) return release;
        }

        return null;
    }
}
