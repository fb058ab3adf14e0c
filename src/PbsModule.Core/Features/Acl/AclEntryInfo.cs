using PbsModule.Core.Access.Acl;

namespace PbsModule.Core.Features.Acl;

/// <summary>One role of one user, token or group on one path. Source: pbs-api-types AclListItem.</summary>
public sealed class AclEntryInfo
{
    internal AclEntryInfo(AclEntry entry, string digest)
    {
        AclPath = entry.Path.Text;
        AuthId = entry.AuthId?.ToString();
        Group = entry.Group;
        Role = entry.Role.Name;
        Propagate = entry.Propagate;
        Digest = digest;
    }

    /// <summary>The ACL path.</summary>
    public string AclPath { get; }

    /// <summary>The user or token; null for a group.</summary>
    public string? AuthId { get; }

    /// <summary>The group, without '@'; null for a user or token. PBS stores no members of groups.</summary>
    public string? Group { get; }

    public string Role { get; }

    /// <summary>Whether the entry also applies to paths below.</summary>
    public bool Propagate { get; }

    /// <summary>
    /// SHA-256 of the file that holds the entry, 64 hex digits. <c>-Digest</c> compares it before a change.
    /// </summary>
    public string Digest { get; }

    /// <summary>Returns the entry as a line of acl.cfg.</summary>
    public override string ToString() => $"acl:{(Propagate ? 1 : 0)}:{AclPath}:{AuthId ?? "@" + Group}:{Role}";
}
