using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Access;

/// <summary>
/// Who owns a backup group, and who may give it away. Source: PBS check_backup_owner, api2 change-owner.
/// </summary>
public static class Ownership
{
    /// <summary>
    /// A user owns what he owns and what his tokens own; a token owns only its own. The superuser is nobody special
    /// here.
    /// </summary>
    public static bool Owns(Authid owner, Authid caller) =>
        owner == caller || (owner.IsToken && !caller.IsToken && owner.User == caller.User);

    /// <param name="owner">Owner of the group.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="instead">Privileges of which each would do in place of ownership; named in the advice.</param>
    /// <exception cref="PbsPermissionException"><c>backup owner check failed ({caller} != {owner})</c></exception>
    public static void Demand(Authid owner, Authid caller, Privileges instead)
    {
        if (Owns(owner, caller)) return;
        throw new PbsPermissionException(
            PbsErrorId.OwnerMismatch,
            $"backup owner check failed ({caller} != {owner})",
            owner.ToString())
        {
            RecommendedAction = instead == Privileges.None
                ? "Connect as the owner: no privilege replaces ownership here."
                : $"Connect as the owner, or as an identity with {string.Join(" or ", PrivilegeName.Of(instead))}.",
        };
    }

    /// <summary>
    /// Whether somebody who only has Datastore.Backup may give a group away: a plain user, from himself or a token of
    /// his, to himself or a token of his, but never from user to user.
    /// </summary>
    public static bool MayGive(Authid owner, Authid newOwner, Authid caller) =>
        !caller.IsToken
            && owner.User == caller.User
            && newOwner.User == caller.User
            && (owner.IsToken || newOwner.IsToken);

    /// <summary>
    /// Checks a change of owner in PBS's order: privileges, then what the caller may give, then the new owner.
    /// </summary>
    /// <param name="access">Privileges and users.</param>
    /// <param name="store">Name of the datastore.</param>
    /// <param name="ns">Namespace of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="currentOwner">Reads the owner; called only where it matters.</param>
    /// <param name="newOwner">Who is to own the group.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="PbsPermissionException">The caller may not.</exception>
    /// <exception cref="PbsConflictException">The new owner is inactive or does not exist.</exception>
    public static void DemandChange(
        AccessControl access,
        string store,
        BackupNamespace ns,
        GroupPath group,
        Func<Authid> currentOwner,
        Authid newOwner,
        Authid caller)
    {
        NamespaceAccess allowed =
            access.DemandOnNamespace(store, ns, caller, Privileges.DatastoreModify, Privileges.DatastoreBackup);
        if (allowed == NamespaceAccess.Owned && !MayGive(currentOwner(), newOwner, caller))
        {
            throw new PbsPermissionException(PbsErrorId.PermissionDenied,
                $"{caller} does not have permission to change owner of backup group '{group}' to {newOwner}",
                group.ToString());
        }

        if (access.IsActive(newOwner)) return;
        string kind = newOwner.IsToken ? "API token" : "user";
        throw new PbsConflictException(
            PbsErrorId.OwnerInactive,
            $"{kind} '{newOwner}' is inactive or non-existent",
            newOwner.ToString());
    }
}
