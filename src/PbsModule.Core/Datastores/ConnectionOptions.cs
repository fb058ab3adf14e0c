using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Datastores;

/// <summary>The folders of a server, and the acting identity.</summary>
public sealed record ConnectionOptions
{
    internal const string DefaultLogRoot = "/var/log/proxmox-backup";

    /// <summary>Folder of datastore.cfg, user.cfg, acl.cfg; a rescued copy of /etc/proxmox-backup works too.</summary>
    public string ConfigRoot { get; init; } = ConfigurationRoot.DefaultPath;

    /// <summary>Folder of job states and statistics.</summary>
    public string StateRoot { get; init; } = "/var/lib/proxmox-backup";

    /// <summary>Folder of the task logs.</summary>
    public string LogRoot { get; init; } = DefaultLogRoot;

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    public string RunRoot { get; init; } = "/run/proxmox-backup";

    /// <summary>
    /// The release of the server that owns the folders; null to find it in the package list of their disk.
    /// </summary>
    public ServerRelease? Release { get; init; }

    /// <summary>The acting identity; null for <c>root@pam</c>.</summary>
    public Authid? AuthId { get; init; }
}
