using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Access.Acl;

/// <summary>
/// The entries of acl.cfg as a tree of paths. A tree that was loaded is never changed, so any number of threads may ask
/// it; whoever edits makes a tree of his own. Source: pbs-config acl.rs.
/// </summary>
public sealed class AclTree
{
    private const int Unknown = -1;

    private readonly List<Authid> _principals = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly AclNode _root = new(null, "");

    /// <summary>SHA-256 of the text the tree was read from, lower-case hex; of the empty text for a new tree.</summary>
    public string Digest { get; private init; } = ConfigurationText.DigestOf([]);

    /// <summary>Reads acl.cfg.</summary>
    /// <exception cref="PbsFormatException"><c>unable to parse acl config "{path}", line {n} - {reason}</c></exception>
    public static AclTree Parse(ConfigurationText text)
    {
        var tree = new AclTree { Digest = text.Digest };
        AclParser.Parse(tree, text.Text, text.Path);
        return tree;
    }

    /// <summary>Reads a text that is no file.</summary>
    /// <exception cref="PbsFormatException"><c>unable to parse acl config data, line {n} - {reason}</c></exception>
    public static AclTree ParseData(string text)
    {
        var tree = new AclTree { Digest = ConfigurationText.DigestOf(text) };
        AclParser.Parse(tree, text, null);
        return tree;
    }

    /// <summary>The text of acl.cfg, in PBS's normal form.</summary>
    public string Write() => AclWriter.Write(this);

    /// <summary>Every entry: paths pre-order, names in PBS's order, on a path by principal and role.</summary>
    public IEnumerable<AclEntry> Entries()
    {
        foreach (AclNode node in Nodes())
        {
            if (!node.HasEntries) continue;
            AclPath path = AclPath.Parse(node.Path);
            foreach (AclEntry entry in EntriesAt(node, path)) yield return entry;
        }
    }

    /// <summary>Whether a path is known to the tree: it, or something below it, was named in an entry.</summary>
    public bool Contains(AclPath path) => Find(path) is not null;

    /// <summary>
    /// The roles somebody's own entries grant on a path: the deepest place on the way that grants him anything decides
    /// alone. A token's user does not count here.
    /// </summary>
    public RoleSet Roles(Authid authid, AclPath path) => Match(authid, path).Roles;

    /// <summary>As <see cref="Roles"/>, with the place that decided.</summary>
    internal AclMatch Match(Authid authid, AclPath path)
    {
        Match(NumberOf(authid), Unknown, path, out AclMatch match, out _);
        return match;
    }

    /// <summary>What a token's own entries grant on a path, and those of its user: one way down for both.</summary>
    internal (AclMatch Own, AclMatch OfUser) MatchToken(Authid token, AclPath path)
    {
        Match(NumberOf(token), NumberOf(token.User), path, out AclMatch own, out AclMatch ofUser);
        return (own, ofUser);
    }

    private void Match(int first, int second, AclPath path, out AclMatch ofFirst, out AclMatch ofSecond)
    {
        AclNode node = _root;
        ofFirst = new AclMatch(node.Effective(first, path.IsRoot), node);
        ofSecond = new AclMatch(node.Effective(second, path.IsRoot), node);
        if (path.IsRoot || (first == Unknown && second == Unknown)) return;
        ReadOnlySpan<char> rest = path.Joined;
        bool isLast;
        do
        {
            int slash = rest.IndexOf('/');
            isLast = slash < 0;
            if (!node.TryGetChild(isLast ? rest : rest[..slash], out AclNode? child)) return;
            node = child;
            rest = rest[(slash + 1)..];
            RoleSet roles = node.Effective(first, isLast);
            if (!roles.IsEmpty) ofFirst = new AclMatch(roles, node);
            roles = node.Effective(second, isLast);
            if (!roles.IsEmpty) ofSecond = new AclMatch(roles, node);
        }
        while (!isLast);
    }

    /// <summary>
    /// Paths strictly below a path on which somebody's own entries grant a role; <c>store/a</c>, without a slash in
    /// front. Below the root they have one, so that PBS finds nothing on them.
    /// </summary>
    internal IEnumerable<string> ChildPaths(Authid authid, AclPath path)
    {
        int principal = NumberOf(authid);
        AclNode? anchor = principal == Unknown ? null : Find(path);
        if (anchor is null) yield break;
        foreach (AclNode node in Nodes(anchor))
        {
            if (node == anchor || node.Effective(principal, true).IsEmpty) continue;
            yield return path.IsRoot ? node.Path : node.Path[1..];
        }
    }

    internal Authid PrincipalAt(int number) => _principals[number];

    /// <summary>A place and everything below it, pre-order. Not recursive: a hostile path may be very deep.</summary>
    internal IEnumerable<AclNode> Nodes(AclNode? start = null)
    {
        var pending = new Stack<AclNode>([start ?? _root]);
        while (pending.TryPop(out AclNode? node))
        {
            yield return node;
            IReadOnlyList<AclNode> children = node.SortedChildren();
            for (int i = children.Count - 1; i >= 0; i--) pending.Push(children[i]);
        }
    }

    private IEnumerable<AclEntry> EntriesAt(AclNode node, AclPath path)
    {
        foreach ((int number, RoleSet roles) in node.Principals.OrderBy(pair => _principals[pair.Key]))
        {
            foreach (Role role in roles.Roles())
            {
                yield return new AclEntry(path, _principals[number], null, role, roles.Propagates(role));
            }
        }

        foreach ((string group, RoleSet roles) in node.Groups.OrderBy(pair => pair.Key, Utf8Order.Instance))
        {
            foreach (Role role in roles.Roles())
            {
                yield return new AclEntry(path, null, group, role, roles.Propagates(role));
            }
        }
    }

    private AclNode? Find(AclPath path)
    {
        AclNode? node = _root;
        if (path.IsRoot) return node;
        ReadOnlySpan<char> joined = path.Joined;
        foreach (Range piece in joined.Split('/'))
        {
            if (!node.TryGetChild(joined[piece], out node)) return null;
        }

        return node;
    }

    private int NumberOf(Userid user) => _numbers.GetValueOrDefault(user.Text, Unknown);

    private int NumberOf(Authid authid)
    {
        if (!authid.IsToken) return NumberOf(authid.User);
        Span<char> text = stackalloc char[256];
        return text.TryWrite($"{authid.User.Text}!{authid.TokenName}", out int length)
            ? Number(text[..length])
            : Number(authid.ToString());
    }

    private int Number(ReadOnlySpan<char> text) =>
        _numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out int number) ? number : Unknown;

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
