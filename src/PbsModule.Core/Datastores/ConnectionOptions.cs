using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Datastores;

/// <summary>The folders of a server, and the acting identity.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Folder of datastore.cfg, user.cfg, acl.cfg; a rescued copy of /etc/proxmox-backup works too.</summary>
    public string ConfigRoot { get; init; } = "/etc/proxmox-backup";

    /// <summary>Folder of job states and statistics.</summary>
    public string StateRoot { get; init; } = "/var/lib/proxmox-backup";

    /// <summary>Folder of the task logs.</summary>
    public string LogRoot { get; init; } = "/var/log/proxmox-backup";

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    public string RunRoot { get; init; } = "/run/proxmox-backup";

    /// <summary>The acting identity; null for <c>root@pam</c>.</summary>
    public Authid? AuthId { get; init; }
}
