using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Access;

/// <summary>
/// Evaluates privileges from the entries and the users of a server, as PBS does, and refuses in its words. Source:
/// pbs-config cached_user_info.rs.
/// </summary>
/// <param name="acl">The entries.</param>
/// <param name="users">Users and tokens.</param>
/// <param name="time">The clock, for users that expire.</param>
/// <param name="release">The server's release; null if it is unknown.</param>
public sealed class AccessControl(AclTree acl, UserRegistry users, TimeProvider time, ServerRelease? release = null)
{
    /// <summary>Privileges that let somebody know a namespace exists.</summary>
    public const Privileges NamespaceVisible =
        Privileges.DatastoreModify | Privileges.DatastoreRead | Privileges.DatastoreBackup | Privileges.DatastoreAudit;

    public AclTree Acl { get; } = acl;

    public UserRegistry Users { get; } = users;

    /// <summary>
    /// The release whose paths, roles and privileges apply: the newest where the server's is unknown.
    /// </summary>
    public ServerRelease Release { get; } = release ?? ServerRelease.Newest;

    /// <summary>The roles that the server has, in PBS's order.</summary>
    public IEnumerable<Role> Roles => Role.All.Where(role => role.Since <= Release);

    /// <summary>
    /// What somebody may do on a path: root@pam everything, a user what his entries grant, a token what its own entries
    /// grant as far as its user may do it.
    /// </summary>
    public PrivilegeGrant Lookup(Authid authid, AclPath path)
    {
        if (authid.IsSuperuser) return new PrivilegeGrant(Privileges.All, Privileges.All);
        if (!authid.IsToken || authid.User == Userid.Root)
        {
            RoleSet roles = Acl.Roles(authid, path);
            return new PrivilegeGrant(roles.Privileges, roles.PropagatedPrivileges);
        }

        (AclMatch own, AclMatch ofUser) = Acl.MatchToken(authid, path);
        return new PrivilegeGrant(
            own.Roles.Privileges & ofUser.Roles.Privileges,
            own.Roles.PropagatedPrivileges & ofUser.Roles.PropagatedPrivileges);
    }

    /// <summary>True if somebody has all, or with <paramref name="partial"/> any, of the privileges.</summary>
    public bool IsAllowed(Authid authid, AclPath path, Privileges required, bool partial = false)
    {
        Privileges held = Lookup(authid, path).Granted & required;
        return partial ? held != Privileges.None : held == required;
    }

    /// <exception cref="PbsPermissionException"><c>missing permissions '{names}' on '/{path}'</c></exception>
    public void Demand(Authid authid, AclPath path, Privileges required, bool partial = false)
    {
        if (IsAllowed(authid, path, required, partial)) return;
        throw new PbsPermissionException(PbsErrorId.PermissionDenied,
            $"missing permissions '{PrivilegeName.Join(required, partial ? '|' : '&')}' on '{path.Text}'", path.Text);
    }

    /// <summary>
    /// True if a wanted privilege is passed on from the path to what lies below, or if somebody holds one on a path
    /// below that an entry of his own names. What is granted on the path alone does not count.
    /// </summary>
    public bool IsAnyAllowedBelow(Authid authid, AclPath path, Privileges wanted)
    {
        if ((Lookup(authid, path).Propagated & wanted) != Privileges.None) return true;
        foreach (string child in Acl.ChildPaths(authid, path))
        {
            if ((Lookup(authid, AclPath.Of(child)).Granted & wanted) != Privileges.None) return true;
        }

        return false;
    }

    /// <summary>Whether somebody may log in and become an owner now.</summary>
    public bool IsActive(Authid authid) => Users.IsActive(authid, time.GetUtcNow());

    /// <summary>
    /// What a privilege on a namespace allows: any of <paramref name="full"/> everything, any of
    /// <paramref name="owned"/> what the caller owns. An empty set never allows anything.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing {names} on
    /// /datastore/{store}[/{ns}]</c></exception>
    public NamespaceAccess DemandOnNamespace(
        string store,
        BackupNamespace ns,
        Authid caller,
        Privileges full,
        Privileges owned = Privileges.None)
    {
        AclPath path = AclPath.ForDatastore(store, ns);
        Privileges held = Lookup(caller, path).Granted;
        if ((held & full) != Privileges.None) return NamespaceAccess.Full;
        if ((held & owned) != Privileges.None) return NamespaceAccess.Owned;
        throw new PbsPermissionException(PbsErrorId.PermissionDenied,
            $"permission check failed - missing {PrivilegeName.Join(full | owned, '|')} on {path.Text}", path.Text);
    }

    /// <summary>Whether somebody may know of a namespace.</summary>
    public bool IsNamespaceVisible(string store, BackupNamespace ns, Authid caller) =>
        IsAllowed(caller, AclPath.ForDatastore(store, ns), NamespaceVisible, partial: true);

    /// <summary>What a list of datastores shows somebody of one.</summary>
    public DatastoreVisibility VisibilityOf(string store, Authid caller)
    {
        AclPath path = AclPath.ForDatastore(store);
        return IsAllowed(caller, path, Privileges.DatastoreAudit | Privileges.DatastoreBackup, partial: true)
            ? DatastoreVisibility.Full
                : IsAnyAllowedBelow(caller, path, NamespaceVisible) ? DatastoreVisibility.NameOnly
                : DatastoreVisibility.Hidden;
    }

    /// <summary>What the status of a datastore shows somebody: all, the counts alone, or nothing.</summary>
    public DatastoreVisibility StatusVisibilityOf(string store, Authid caller)
    {
        DatastoreVisibility listed = VisibilityOf(store, caller);
        if (listed != DatastoreVisibility.Hidden) return listed;
        return IsAllowed(caller, AclPath.ForDatastore(store), Privileges.DatastoreRead)
            ? DatastoreVisibility.NameOnly
            : DatastoreVisibility.Hidden;
    }

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

    /// <summary>
    /// Refuses a change that the server would refuse, or could not read back. A removal may name any principal and any
    /// path.
    /// </summary>
    /// <exception cref="PbsArgumentException">
    /// There is no principal, it is a group, or the server has no such path or role.
    /// </exception>
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

        if (change.Path.Refusal(Release) is { } refusal)
        {
            throw new PbsArgumentException(PbsErrorId.AclPathInvalid, refusal, change.Path.Text);
        }

        if (change.Role.Since > Release)
        {
            throw new PbsArgumentException(
                PbsErrorId.RoleUnknown,
                $"role '{change.Role.Name}' needs PBS {change.Role.Since}, and the server has {Release}: it could not "
                    + "read its access control list any more",
                change.Role.Name);
        }
    }

    /// <summary>
    /// Returns the newest role of the changes that an older server could not read back, if the server's release is
    /// unknown and its entries do not show that it has such roles.
    /// </summary>
    public Role? Unproven(IEnumerable<AclChange> changes)
    {
        if (release is not null) return null;
        Role? newest = changes.Where(change => !change.Delete).Select(change => change.Role)
            .MaxBy(role => role.Since);
        return newest is null || newest.Since == default
            || Acl.Entries().Any(entry => entry.Role.Since >= newest.Since) ? null : newest;
    }

    /// <summary>Explains an identity's privileges on a path: each with the entry that grants it.</summary>
    public PrivilegeExplanation Explain(Authid authid, AclPath path)
    {
        PrivilegeGrant effective = Lookup(authid, path);
        Privileges own = authid.IsSuperuser ? Privileges.All : Acl.Match(authid, path).Roles.Privileges;
        return new PrivilegeExplanation(authid, path,
            [.. PrivilegeName.Each(effective.Granted & PrivilegeName.In(Release)).Select(privilege =>
                Explain(authid, path, privilege, effective.Propagated))],
            PrivilegeName.Of(own & ~effective.Granted & PrivilegeName.In(Release)));
    }

    private EffectivePrivilege Explain(Authid authid, AclPath path, Privileges privilege, Privileges propagated)
    {
        string name = PrivilegeName.NameOf(privilege);
        bool propagate = (propagated & privilege) != Privileges.None;
        if (authid.IsSuperuser)
        {
            return new EffectivePrivilege(name, propagate, [], null, false, null) { Source = "superuser" };
        }

        AclMatch match = Acl.Match(authid, path);
        string entryPath = match.Node!.Path;
        string[] roles = [.. match.Roles.Roles().Where(role =>
            (role.Privileges & privilege) != Privileges.None).Select(role => role.Name)];
        bool isInherited = entryPath != path.Text;
        string source = $"{string.Join(", ", roles)} on {entryPath}{(isInherited ? " (propagated)" : "")}";
        if (!authid.IsToken)
        {
            return new EffectivePrivilege(name, propagate, roles, entryPath, isInherited, null) { Source = source };
        }

        var user = new Authid(authid.User);
        EffectivePrivilege limit = Explain(user, path, privilege, Lookup(user, path).Propagated);
        return new EffectivePrivilege(name, propagate, roles, entryPath, isInherited, limit)
        {
            Source = $"{source}, limited by {user}: {limit.Source}",
        };
    }
}
