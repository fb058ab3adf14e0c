using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Storage.Locks;

/// <summary>
/// Where PBS keeps its lock files below the run directory, in the scheme of 3.2.4 and in that of 4.x.
/// </summary>
/// <param name="runRoot">The run directory, <c>/run/proxmox-backup</c> on a server.</param>
/// <param name="store">The registered name of the datastore.</param>
internal sealed class LockPaths(string runRoot, string store)
{
    // A name of this length or more is abbreviated and told apart by a hash.
    private const int LongName = 255;
    private const int KeptOfLongName = 80;
    private const string ManifestLock = "index.json.lck";

    /// <summary>The run directory.</summary>
    public string RunRoot { get; } = runRoot;

    /// <summary>The folder of all of the store's locks.</summary>
    public string Root { get; } = Path.Combine(runRoot, "locks", store);

    /// <summary>Where 4.x writes indexes before it moves them.</summary>
    public string MoveJournal => Path.Combine(Root, "move-journal");

    /// <summary>The manifest lock of 3.2.4. The time is in it twice.</summary>
    public string ManifestBefore4(SnapshotPath snapshot)
    {
        string time = BackupTime.Format(snapshot.Time);
        return Path.Combine(
            Root,
            snapshot.Namespace.DiskPath,
            snapshot.Group.ToString(),
            time,
            $"{time}.{ManifestLock}");
    }

    public string Group(BackupNamespace ns, GroupPath group) => Escaped(ns, group.ToString());

    public string Snapshot(SnapshotPath snapshot) =>
        Escaped(snapshot.Namespace, $"{snapshot.Group}/{BackupTime.Format(snapshot.Time)}");

    public string Manifest(SnapshotPath snapshot) =>
        Escaped(snapshot.Namespace, $"{snapshot.Group}/{BackupTime.Format(snapshot.Time)}/.{ManifestLock}");

    private string Escaped(BackupNamespace ns, string path)
    {
        string folder = ns.IsRoot ? Root : Path.Combine(Root, string.Join(':', ns.Components));
        string name = UnitName.Escape(path);
        if (name.Length < LongName) return Path.Combine(folder, name);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
        return Path.Combine(folder, "hashed", $"{name[..KeptOfLongName]}...{name[^KeptOfLongName..]}-{hash}");
    }
}
