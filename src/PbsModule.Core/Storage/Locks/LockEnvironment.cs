using System.Collections.Frozen;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage.Locks;

/// <summary>Whether the locks of a datastore mean anything here.</summary>
public enum LockVisibility
{
    /// <summary>
    /// A local file system on a host with PBS's run directory: its processes and ours see each other's locks.
    /// </summary>
    Visible,

    /// <summary>Windows or macOS, where PBS's kinds of locks do not exist, or no native calls are allowed.</summary>
    OtherSystem,

    /// <summary>A file system of other machines, whose locks may stay there.</summary>
    NetworkFileSystem,

    /// <summary>A file system run by a program (FUSE), which may or may not pass locks on.</summary>
    UserFileSystem,

    /// <summary>No run directory: if the datastore belongs to a server, it runs elsewhere.</summary>
    OtherHost,

    /// <summary>
    /// There is a run directory, but the datastore is opened by its path alone: lock files in it go by its registered
    /// name.
    /// </summary>
    NoName,
}

/// <summary>
/// Tells whether PBS's locks on a datastore can be seen where we run. Where they cannot, writing may meet a backup in
/// progress unseen, so it is refused unless forced.
/// </summary>
/// <param name="Visibility">What was found.</param>
/// <param name="Reason">Why the locks cannot be seen; null where they can.</param>
public sealed record LockEnvironment(LockVisibility Visibility, string? Reason)
{
    private const long FuseMagic = 0x65735546;

    /// <summary>Magic numbers of statfs(2) and the names people know.</summary>
    private static readonly FrozenDictionary<long, string> NetworkFileSystems = new Dictionary<long, string>
    {
        [0x6969] = "NFS",
        [0xFF534D42] = "CIFS",
        [0xFE534D42] = "SMB",
        [0x517B] = "SMB",
        [0x01021997] = "9P",
        [0x5346414F] = "AFS",
        [0x6B414653] = "AFS",
        [0x73757245] = "Coda",
        [0x564C] = "NCP",
        [0x00C36400] = "Ceph",
        [0x0BD00BD0] = "Lustre",
        [0x01161970] = "GFS2",
        [0x7461636F] = "OCFS2",
        [0x786F4256] = "VirtualBox shared folder",
        [0xBACBACBC] = "VMware shared folder",
        [0x47504653] = "GPFS",
        [0x19830326] = "BeeGFS",
    }.ToFrozenDictionary();

    /// <summary>Looks at the file system of a datastore and at the run directory.</summary>
    /// <param name="storePath">Full path of the datastore.</param>
    /// <param name="runRoot">PBS's run directory, which need not exist.</param>
    public static LockEnvironment Probe(string storePath, string runRoot) => NativeCode.HasLinux
        ? Judge(Magic(storePath), storePath, runRoot)
        : new LockEnvironment(LockVisibility.OtherSystem, NativeCode.IsAllowed
            ? "this is not Linux, and the locks of a Proxmox Backup Server exist nowhere else"
            : $"{NativeCode.Variable}={NativeCode.Off} forbids the system calls that take them");

    /// <summary>Refuses to write where PBS's locks cannot be seen.</summary>
    /// <param name="storePath">For the error.</param>
    /// <param name="force">The caller takes the risk.</param>
    /// <exception cref="PbsLockedException">Not forced, and the locks cannot be seen.</exception>
    public void DemandVisible(string storePath, bool force)
    {
        if (Visibility == LockVisibility.Visible || force) return;
        throw new PbsLockedException(
            PbsErrorId.LocksNotVisible,
            $"the locks of a Proxmox Backup Server on \"{storePath}\" cannot be seen from here: {Reason}",
            storePath)
        {
            RecommendedAction = Visibility == LockVisibility.NoName
                ? "Connect with Connect-PbsServer, so that a datastore of this server has its name. Use -Force where "
                    + "it belongs to no server, or when you know that none uses it meanwhile."
                : "Run this on the server itself. Use -Force only when you know that no server, backup or restore uses "
                    + "this datastore meanwhile.",
        };
    }

    /// <summary>
    /// The same for a datastore of which only the path is known: of a server on this host half of the locks cannot be
    /// found.
    /// </summary>
    /// <param name="storePath">For the reason.</param>
    public LockEnvironment WithoutName(string storePath) => Visibility != LockVisibility.Visible ? this
        : new LockEnvironment(
            LockVisibility.NoName,
            $"\"{storePath}\" is opened by its path alone, and lock files go by the name under which a server knows "
                + "it");

    internal static LockEnvironment Judge(long magic, string storePath, string runRoot)
    {
        if (NetworkFileSystems.TryGetValue(magic, out string? name))
        {
            return new LockEnvironment(
                LockVisibility.NetworkFileSystem,
                $"\"{storePath}\" lies on a network file system ({name}), whose locks may be seen on one host only");
        }

        if (magic == FuseMagic)
        {
            return new LockEnvironment(
                LockVisibility.UserFileSystem,
                $"\"{storePath}\" lies on a FUSE file system, which may keep locks to itself");
        }

        return Directory.Exists(runRoot)
            ? new LockEnvironment(LockVisibility.Visible, null)
            : new LockEnvironment(
                LockVisibility.OtherHost,
                $"there is no \"{runRoot}\", so if the datastore belongs to a server, that runs on another host or in "
                    + "another container");
    }

    /// <summary>
    /// The number of the file system's kind; 0 where it is not to be had, which the work itself will run into.
    /// </summary>
    private static unsafe long Magic(string path)
    {
        // struct statfs differs between architectures but starts with the kind everywhere, and is smaller than this.
        long* buffer = stackalloc long[64];
        return LibC.FileSystemStatus(path, buffer) == 0 ? buffer[0] & 0xFFFFFFFF : 0;
    }
}
