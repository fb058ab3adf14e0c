using PbsModule.Core.Access;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>
    /// Lets the caller in on the configuration of access; <see cref="AccessPassage.Covers"/> tells whose part of it.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection, so there is no such configuration.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public static AccessPassage EnterAccess(AccessEntry entry, Connection connection)
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
        return new AccessPassage(
            connection,
            access,
            entry,
            access.IsAllowed(connection.AuthId, entry.Path, entry.Full, partial: true));
    }
}

/// <summary>Who was let in on the configuration of access.</summary>
internal sealed class AccessPassage(Connection connection, AccessControl access, AccessEntry entry, bool isFull)
{
    public AccessControl Access { get; } = access;

    public Authid Caller => connection.AuthId;

    /// <summary>Whether everybody's things are open to the caller.</summary>
    public bool IsFull { get; } = isFull;

    /// <summary>Whether the things of somebody are open to the caller.</summary>
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
