using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Features.Acl;

/// <summary>A role and the privileges it grants. Source: PBS GET /access/roles.</summary>
public sealed class RoleInfo
{
    internal RoleInfo(Role role, ServerRelease release)
    {
        Role = role.Name;
        Privileges = new NameList(PrivilegeName.Of(role.Privileges & PrivilegeName.In(release)));
        Comment = role.DescriptionIn(release);
    }

    public string Role { get; }

    /// <summary>The privileges, in PBS's order.</summary>
    public NameList Privileges { get; }

    /// <summary>PBS's own description, with its spelling.</summary>
    public string Comment { get; }

    public override string ToString() => Role;
}

/// <summary>A privilege and the roles that grant it.</summary>
public sealed class PrivilegeInfo
{
    internal PrivilegeInfo(Privileges privilege, IEnumerable<Role> roles)
    {
        Privilege = PrivilegeName.NameOf(privilege);
        Roles = new NameList(roles.Where(role => role.Privileges.HasFlag(privilege)).Select(role => role.Name));
    }

    /// <summary>PBS's name, <c>Datastore.Audit</c>.</summary>
    public string Privilege { get; }

    public NameList Roles { get; }

    public override string ToString() => Privilege;
}
