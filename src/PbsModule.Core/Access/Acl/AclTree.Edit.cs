using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access.Acl;

/// <summary>Changing a tree. What is not there need not be removed: all of these succeed.</summary>
public sealed partial class AclTree
{
    /// <summary>
    /// Grants a role. NoAccess replaces the other roles of the same principal on that path, and they replace it.
    /// </summary>
    public void Insert(AclPath path, Authid authid, Role role, bool propagate)
    {
        AclNode node = FindOrAdd(path.Text);
        int principal = NumberOrAdd(authid.ToString(), authid);
        node.SetRoles(principal, node.Roles(principal).With(role, propagate));
    }

    /// <inheritdoc cref="Insert(AclPath, Authid, Role, bool)"/>
    public void Insert(AclPath path, string group, Role role, bool propagate)
    {
        AclNode node = FindOrAdd(path.Text);
        node.SetRoles(group, node.Roles(group).With(role, propagate));
    }

    /// <summary>Takes one role away.</summary>
    public void Remove(AclPath path, Authid authid, Role role)
    {
        int principal = NumberOf(authid);
        if (principal != Unknown && Find(path) is { } node)
        {
            node.SetRoles(principal, node.Roles(principal).Without(role));
        }
    }

    /// <inheritdoc cref="Remove(AclPath, Authid, Role)"/>
    public void Remove(AclPath path, string group, Role role)
    {
        if (Find(path) is { } node) node.SetRoles(group, node.Roles(group).Without(role));
    }

    /// <summary>Removes a path with everything below it. The root stays.</summary>
    public void RemovePath(AclPath path)
    {
        string[] pieces = path.Text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (pieces.Length > 0) Find(AclPath.Of(pieces.AsSpan(..^1)))?.RemoveChild(pieces[^1]);
    }

    /// <summary>Removes exactly this user or token everywhere; the tokens of a user stay.</summary>
    public void RemovePrincipal(Authid authid)
    {
        int principal = NumberOf(authid);
        if (principal == Unknown) return;
        foreach (AclNode node in Nodes()) node.SetRoles(principal, default);
    }

    /// <summary>The place of a path, made with all on the way to it where it is not there.</summary>
    internal AclNode FindOrAdd(ReadOnlySpan<char> path)
    {
        AclNode node = _root;
        foreach (Range piece in path.Split('/'))
        {
            ReadOnlySpan<char> name = path[piece];
            if (!name.IsEmpty) node = node.GetOrAddChild(name);
        }

        return node;
    }

    /// <summary>Number of a user or token as it stands in a file, or PBS's words for what is wrong with it.</summary>
    internal string? TryNumber(ReadOnlySpan<char> text, out int number)
    {
        number = Number(text);
        if (number != Unknown) return null;
        string key = text.ToString();
        if (!Authid.TryParse(key, out Authid? authid, out string? error)) return error;
        number = NumberOrAdd(key, authid);
        return null;
    }

    private int NumberOrAdd(string text, Authid authid)
    {
        if (_numbers.TryGetValue(text, out int number)) return number;
        _principals.Add(authid);
        _numbers.Add(text, _principals.Count - 1);
        return _principals.Count - 1;
    }
}
