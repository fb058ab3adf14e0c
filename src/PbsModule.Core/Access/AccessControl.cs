using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access;

/// <summary>
/// Who may do what: entries and users together. Evaluates privileges as PBS does and refuses in its words. Source:
/// pbs-config cached_user_info.rs.
/// </summary>
public sealed partial class AccessControl(AclTree acl, UserRegistry users, TimeProvider time)
{
    /// <summary>Privileges that let somebody know a namespace exists.</summary>
    public const Privileges NamespaceVisible =
        Privileges.DatastoreModify | Privileges.DatastoreRead | Privileges.DatastoreBackup | Privileges.DatastoreAudit;

    public AclTree Acl { get; } = acl;

    public UserRegistry Users { get; } = users;

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
}
