using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access;

/// <summary>A request to add or remove one entry of the access control list.</summary>
/// <param name="Path">The path.</param>
/// <param name="Role">The role.</param>
/// <param name="AuthId">The user or token; null for a group.</param>
/// <param name="Group">The group; refused when an entry is added, as in PBS.</param>
/// <param name="Propagate">Whether the entry also applies to the paths below.</param>
/// <param name="Delete">Whether the entry is removed.</param>
public sealed record AclChange(
    AclPath Path,
    Role Role,
    Authid? AuthId,
    string? Group = null,
    bool Propagate = true,
    bool Delete = false);
