using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access;

/// <summary>A wish to add or remove one entry.</summary>
/// <param name="Path">Where.</param>
/// <param name="Role">What.</param>
/// <param name="AuthId">The user or token.</param>
/// <param name="Group">The group; refused when adding, as in PBS.</param>
/// <param name="Propagate">Whether it counts for what lies below.</param>
/// <param name="Delete">Remove it instead.</param>
public sealed record AclChange(
    AclPath Path,
    Role Role,
    Authid? AuthId,
    string? Group = null,
    bool Propagate = true,
    bool Delete = false);

/// <summary>Who may change entries. Source: PBS src/api2/access/acl.rs.</summary>
public sealed partial class AccessControl
{
    /// <summary>
    /// Whether somebody may change entries at all; who may not change all of them may change those of his own tokens.
    /// </summary>
    /// <exception cref="PbsPermissionException">PBS's refusal, which says what is missing.</exception>
    public void DemandEntryChange(AclChange change, Authid caller)
    {
        if (IsAllowed(caller, AclPath.AccessAcl, Privileges.PermissionsModify)) return;
        string? refusal =
            change.Group is not null ? "Unprivileged users are not allowed to create group ACL item."
            : change.AuthId is null ? "Unprivileged user needs to provide auth_id to update ACL item."
            : caller.IsToken ? "Unprivileged API tokens can't set ACL items."
            : !change.AuthId.IsToken ? "Unprivileged users can only set ACL items for API tokens."
            : change.AuthId.User != caller.User ? "Unprivileged users can only set ACL items for their own API tokens."
            : null;
        if (refusal is not null)
        {
            throw new PbsPermissionException(PbsErrorId.PermissionDenied, refusal, change.Path.Text);
        }
    }

    /// <summary>Whether a change makes sense. Removing takes any principal and any path.</summary>
    /// <exception cref="PbsArgumentException">No principal, a group, or a path where nothing can be
    /// granted.</exception>
    /// <exception cref="PbsNotFoundException"><c>no such user.</c>, <c>no such API token.</c></exception>
    public void CheckEntryChange(AclChange change)
    {
        if (change.Group is not null)
        {
            throw new PbsArgumentException(
                PbsErrorId.AclGroupUnsupported,
                "parameter 'group' - groups are currently not supported.",
                change.Group);
        }

        if (change.AuthId is null)
        {
            throw new PbsArgumentException(PbsErrorId.AclPrincipalMissing, "missing 'userid' or 'group' parameter.");
        }

        if (change.Delete) return;
        if (!Users.Contains(change.AuthId))
        {
            throw change.AuthId.IsToken
                ? new PbsNotFoundException(PbsErrorId.TokenNotFound, "no such API token.", change.AuthId.ToString())
                : new PbsNotFoundException(PbsErrorId.UserNotFound, "no such user.", change.AuthId.ToString());
        }

        if (change.Path.Refusal() is { } refusal)
        {
            throw new PbsArgumentException(PbsErrorId.AclPathInvalid, refusal, change.Path.Text);
        }

        if (change.Role.IsNewer)
        {
            throw new PbsArgumentException(
                PbsErrorId.RoleUnknown,
                $"role '{change.Role.Name}' is of a newer release, which could not be read back by this one",
                change.Role.Name);
        }
    }
}
