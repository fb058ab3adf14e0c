using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access;

/// <summary>Why somebody may do something.</summary>
public sealed partial class AccessControl
{
    /// <summary>What somebody may do on a path and where each privilege comes from.</summary>
    public PrivilegeExplanation Explain(Authid authid, AclPath path)
    {
        PrivilegeGrant effective = Lookup(authid, path);
        Privileges own = authid.IsSuperuser ? Privileges.All : Acl.Match(authid, path).Roles.Privileges;
        return new PrivilegeExplanation(authid, path,
            [.. PrivilegeName.Each(effective.Granted).Select(privilege =>
                Explain(authid, path, privilege, effective.Propagated))],
            PrivilegeName.Of(own & ~effective.Granted));
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
