using PbsModule.Core.Access;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Gate;

/// <summary>Grants callers access to the configuration of access control.</summary>
internal static class ConfigurationGate
{
    /// <summary>
    /// Grants access to the access configuration; <see cref="ConfigurationGrant.Covers"/> decides for each subject.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection, so there is no access configuration.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public static ConfigurationGrant EnterAccess(AccessEntry entry, Connection connection)
    {
        if (connection.Access is null)
        {
            throw new PbsArgumentException(
                PbsErrorId.NotConnected,
                "there is no connection, and users, roles and entries belong to the configuration of a server")
            {
                RecommendedAction =
                    "Run Connect-PbsServer first; -ConfigRoot takes a rescued copy of /etc/proxmox-backup, too.",
            };
        }

        AccessControl access = connection.Access.Load();
        return new ConfigurationGrant(
            connection,
            access,
            entry,
            access.IsAllowed(connection.AuthId, entry.Path, entry.Full, partial: true));
    }
}

/// <summary>The grant of access to the access configuration.</summary>
internal sealed class ConfigurationGrant(Connection connection, AccessControl access, AccessEntry entry, bool isFull)
{
    public AccessControl Access { get; } = access;

    public Authid Caller => connection.AuthId;

    /// <summary>Whether the caller may access all subjects.</summary>
    public bool IsFull { get; } = isFull;

    /// <summary>Whether the caller may access a subject.</summary>
    public bool Covers(Authid subject) =>
        IsFull
        || entry.Otherwise.HasFlag(AccessScope.Everybody)
        || (entry.Otherwise.HasFlag(AccessScope.Self) && subject == Caller)
        || (entry.Otherwise.HasFlag(AccessScope.OwnUser) && !subject.IsToken && subject.User == Caller.User)
        || (entry.Otherwise.HasFlag(AccessScope.OwnTokens)
            && subject.IsToken
            && !Caller.IsToken
            && subject.User == Caller.User);
}
