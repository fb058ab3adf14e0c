using System.Text;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Access.Acl;

/// <summary>
/// Writes a tree in PBS's normal form. On each path, the lines that are not passed on come first; principals with the
/// same roles share a line, roles with the same principals share a line. root@pam itself, who may do everything, is
/// left out.
/// </summary>
internal static class AclWriter
{
    public static string Write(AclTree tree)
    {
        var text = new StringBuilder();
        foreach (AclNode node in tree.Nodes())
        {
            if (!node.HasEntries) continue;
            string path = node.Path;
            List<(string Principal, RoleSet Roles)> principals = Principals(tree, node);
            WriteLines(text, path, principals, propagate: false);
            WriteLines(text, path, principals, propagate: true);
        }

        return text.ToString();
    }

    private static List<(string Principal, RoleSet Roles)> Principals(AclTree tree, AclNode node)
    {
        var principals = new List<(string Principal, RoleSet Roles)>();
        foreach ((int number, RoleSet roles) in node.Principals)
        {
            Authid authid = tree.PrincipalAt(number);
            if (!authid.IsSuperuser) principals.Add((authid.ToString(), roles));
        }

        foreach ((string group, RoleSet roles) in node.Groups) principals.Add(("@" + group, roles));
        principals.Sort((a, b) => Utf8Order.Compare(a.Principal, b.Principal));
        return principals;
    }

    private static void WriteLines(
        StringBuilder text,
        string path,
        List<(string Principal, RoleSet Roles)> principals,
        bool propagate)
    {
        var principalsOf = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach ((string principal, RoleSet roles) in principals)
        {
            foreach (Role role in roles.Roles())
            {
                if (roles.Propagates(role) != propagate) continue;
                if (!principalsOf.TryGetValue(role.Name, out List<string>? list))
                {
                    principalsOf.Add(role.Name, list = []);
                }

                list.Add(principal);
            }
        }

        var rolesOf = new SortedDictionary<string, List<string>>(Utf8Order.Instance);
        foreach ((string role, List<string> list) in principalsOf)
        {
            string joined = string.Join(',', list);
            if (!rolesOf.TryGetValue(joined, out List<string>? roles)) rolesOf.Add(joined, roles = []);
            roles.Add(role);
        }

        foreach ((string joined, List<string> roles) in rolesOf)
        {
            string names = roles.Contains(Role.NoAccess.Name) ? Role.NoAccess.Name : string.Join(',', roles);
            text
                .Append("acl:")
                .Append(propagate ? '1' : '0')
                .Append(':')
                .Append(path)
                .Append(':')
                .Append(joined)
                .Append(':')
                .Append(names)
                .Append('\n');
        }
    }
}
