using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// A namespace of a datastore: up to seven names joined by '/'. The empty text is the root. On disk, a folder <c>ns</c>
/// precedes every name. Source: pbs-api-types BackupNamespace.
/// </summary>
public sealed class BackupNamespace : IEquatable<BackupNamespace>, IComparable<BackupNamespace>
{
    /// <summary>The largest number of levels below the root that PBS allows.</summary>
    public const int MaxDepth = 7;

    /// <summary>The largest length of the complete text in characters that PBS allows.</summary>
    public const int MaxLength = 256;

    private readonly string[] _components;

    private BackupNamespace(string[] components, string text)
    {
        _components = components;
        Text = text;
    }

    /// <summary>The root namespace, whose text is empty.</summary>
    public static BackupNamespace Root { get; } = new([], "");

    /// <summary>The names joined by '/'.</summary>
    public string Text { get; }

    public IReadOnlyList<string> Components => _components;

    /// <summary>The number of levels below the root. 0 for the root.</summary>
    public int Depth => _components.Length;

    public bool IsRoot => _components.Length == 0;

    /// <summary>The last name. Empty for the root.</summary>
    public string Name => IsRoot ? "" : _components[^1];

    /// <summary>The parent namespace. Null for the root.</summary>
    public BackupNamespace? Parent => IsRoot ? null
        : _components.Length == 1 ? Root
        : new BackupNamespace(_components[..^1], Text[..Text.LastIndexOf('/')]);

    /// <summary>The path below the datastore, for example <c>ns/a/ns/b</c>. Empty for the root.</summary>
    public string DiskPath => IsRoot ? "" : "ns/" + string.Join("/ns/", _components);

    /// <summary>Whether this is the other namespace or is below it.</summary>
    public bool IsIn(BackupNamespace other) =>
        Depth >= other.Depth && _components.AsSpan(0, other.Depth).SequenceEqual(other._components);

    /// <exception cref="PbsArgumentException">
    /// A name, the depth or the length breaks PBS's rules. The message is PBS's.
    /// </exception>
    public static BackupNamespace Parse(string text)
    {
        BackupNamespace ns = Root;
        if (text.Length == 0) return ns;
        foreach (string component in text.Split('/')) ns = ns.Append(component);
        return ns;
    }

    /// <summary>Returns the namespace <paramref name="name"/> directly below this one.</summary>
    /// <exception cref="PbsArgumentException">See <see cref="Parse"/>.</exception>
    public BackupNamespace Append(string name)
    {
        if (TryAppend(name, out BackupNamespace? child, out string? error)) return child;
        throw new PbsArgumentException(PbsErrorId.NamespaceInvalid, error, name);
    }

    public bool TryAppend(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BackupNamespace? child,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        child = null;
        error =
            name.Contains('/') ? "namespace component contained a slash"
            : Depth >= MaxDepth ? $"namespace too deep, {Depth} >= max {MaxDepth}"
            : (IsRoot ? 0 : Text.Length + 1) + name.Length + 1 > MaxLength ? "namespace length exceeded"
            : !SafeId.IsValid(name) ? $"not a valid namespace component: {name}"
            : null;
        if (error is not null) return false;
        child = new BackupNamespace([.. _components, name], IsRoot ? name : $"{Text}/{name}");
        return true;
    }

    public bool Equals(BackupNamespace? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as BackupNamespace);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>
    /// Compares in pre-order, with ordinal comparison of names: a parent before its children, and a subtree before the
    /// next sibling.
    /// </summary>
    public int CompareTo(BackupNamespace? other)
    {
        if (other is null) return 1;
        int common = Math.Min(Depth, other.Depth);
        for (int i = 0; i < common; i++)
        {
            int order = string.CompareOrdinal(_components[i], other._components[i]);
            if (order != 0) return order;
        }

        return Depth.CompareTo(other.Depth);
    }

    public override string ToString() => Text;

    public static bool operator ==(BackupNamespace? left, BackupNamespace? right) => Equals(left, right);

    public static bool operator !=(BackupNamespace? left, BackupNamespace? right) => !Equals(left, right);

    public static bool operator <(BackupNamespace left, BackupNamespace right) => left.CompareTo(right) < 0;

    public static bool operator >(BackupNamespace left, BackupNamespace right) => left.CompareTo(right) > 0;

    public static bool operator <=(BackupNamespace left, BackupNamespace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(BackupNamespace left, BackupNamespace right) => left.CompareTo(right) >= 0;
}
