using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access.Acl;

/// <summary>One role of one principal on one path.</summary>
/// <param name="Path">Where.</param>
/// <param name="AuthId">The user or token; null for a group.</param>
/// <param name="Group">The group, without '@'; null for a user or token. Nobody is a member of any group.</param>
/// <param name="Role">What it grants.</param>
/// <param name="Propagate">Whether it counts for what lies below, too.</param>
public sealed record AclEntry(AclPath Path, Authid? AuthId, string? Group, Role Role, bool Propagate)
{
    /// <summary>The principal as acl.cfg writes it: a group with '@' in front.</summary>
    public string Principal => AuthId?.ToString() ?? "@" + Group;
}
