using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Gate;

/// <summary>Grants callers access to the jobs and remotes of a server.</summary>
internal static class JobGate
{
    /// <summary>Grants access to the configuration; the grant decides for each job and remote.</summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public static JobGrant Enter(Connection connection)
    {
        if (connection.Access is not { } access)
        {
            throw new PbsArgumentException(
                PbsErrorId.NotConnected,
                "there is no connection, and jobs and remotes belong to the configuration of a server")
            {
                RecommendedAction =
                    "Run Connect-PbsServer first; -ConfigRoot takes a rescued copy of /etc/proxmox-backup, too.",
            };
        }

        return new JobGrant(connection.Configuration!, access.Load(), connection.AuthId);
    }
}

/// <summary>
/// The grant of access to jobs and remotes. What a caller may not see is left out of lists, as on the server. Source:
/// the endpoint tables of PBS's API.
/// </summary>
internal sealed class JobGrant(ConfigurationRoot configuration, AccessControl access, Authid caller)
{
    public ConfigurationRoot Configuration { get; } = configuration;

    /// <summary>Whether the caller is told about settings that the module does not know.</summary>
    public bool IsAuditor => Holds(AclPath.Parse("/system"), Privileges.SysAudit);

    public bool MaySeeGarbageCollection(string store) => On(Entries.ListGarbageCollections, store);

    public bool MaySeePruneJob(string store, BackupNamespace ns) => On(Entries.ListPruneJobs, store, ns);

    public bool MaySeeVerifyJob(string store, BackupNamespace ns) => On(Entries.ListVerifyJobs, store, ns);

    /// <summary>
    /// Whether the caller may see a synchronization job. A job without a remote reads another datastore of the server.
    /// </summary>
    public bool MaySeeSyncJob(string store, BackupNamespace ns, string? remote, string otherStore) =>
        On(Entries.ListSyncJobs, store, ns)
        && (remote is null ? On(Entries.ListSyncJobs, otherStore) : MaySeeRemote(remote));

    public bool MaySeeRemote(string remote) => Holds(AclPath.Of("remote", remote), Entries.ListRemotes.Any);

    private bool On(JobEntry entry, string store, BackupNamespace? ns = null) =>
        Holds(AclPath.ForDatastore(store, ns), entry.Any);

    private bool Holds(AclPath path, Privileges any) => access.IsAllowed(caller, path, any, partial: true);
}
