using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Access.Acl;

/// <summary>One place in the tree of access control: who has which roles here, and what lies below.</summary>
internal sealed class AclNode(AclNode? parent, string name)
{
    private Dictionary<string, AclNode>? _children;
    private Dictionary<int, RoleSet>? _principals;
    private Dictionary<string, RoleSet>? _groups;

    /// <summary>Roles by the number the tree gave to a user or token.</summary>
    public IEnumerable<KeyValuePair<int, RoleSet>> Principals => _principals ?? [];

    public IEnumerable<KeyValuePair<string, RoleSet>> Groups => _groups ?? [];

    public bool HasEntries => _principals is not null || _groups is not null;

    public string Path
    {
        get
        {
            if (parent is null) return "/";
            var names = new List<string>();
            for (AclNode node = this; node.Parent is not null; node = node.Parent) names.Add(node.Name);
            names.Reverse();
            return "/" + string.Join('/', names);
        }
    }

    private AclNode? Parent => parent;

    private string Name => name;

    public bool TryGetChild(ReadOnlySpan<char> name, [NotNullWhen(true)] out AclNode? child)
    {
        child = null;
        return _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out child);
    }

    public AclNode GetOrAddChild(ReadOnlySpan<char> name)
    {
        if (TryGetChild(name, out AclNode? child)) return child;
        string text = name.ToString();
        child = new AclNode(this, text);
        (_children ??= new Dictionary<string, AclNode>(StringComparer.Ordinal)).Add(text, child);
        return child;
    }

    public void RemoveChild(string name) => _children?.Remove(name);

    /// <summary>Children by name, as PBS orders them.</summary>
    public IReadOnlyList<AclNode> SortedChildren()
    {
        if (_children is null) return [];
        List<AclNode> children = [.. _children.Values];
        children.Sort((a, b) => Utf8Order.Compare(a.Name, b.Name));
        return children;
    }

    /// <summary>What a principal's own entries grant here.</summary>
    public RoleSet Effective(int principal, bool isLeaf) =>
        _principals is not null && _principals.TryGetValue(principal, out RoleSet roles)
            ? roles.Effective(isLeaf)
            : default;

    public RoleSet Roles(int principal) => _principals?.GetValueOrDefault(principal) ?? default;

    public RoleSet Roles(string group) => _groups?.GetValueOrDefault(group) ?? default;

    public void SetRoles(int principal, RoleSet roles) => Set(ref _principals, principal, roles);

    public void SetRoles(string group, RoleSet roles) => Set(ref _groups, group, roles);

    private static void Set<TKey>(ref Dictionary<TKey, RoleSet>? map, TKey key, RoleSet roles) where TKey : notnull
    {
        if (!roles.IsEmpty)
        {
            (map ??= [])[key] = roles;
            return;
        }

        map?.Remove(key);
        if (map?.Count == 0) map = null;
    }
}
