using PbsModule.Core.Formats;

namespace PbsModule.Core.Access;

/// <summary>A place privileges are granted on: <c>/</c>, <c>/datastore/main</c>, <c>/datastore/main/a/b</c>. Literal, case-sensitive.</summary>
public sealed class AclPath : IEquatable<AclPath>
{
    /// <summary>Greatest length PBS's API takes.</summary>
    private const int MaxLength = 128;

    private readonly string[] _components;

    private AclPath(string[] components)
    {
        _components = components;
        Text = "/" + string.Join('/', components);
    }

    public static AclPath Root { get; } = new([]);

    /// <summary><c>/access/acl</c>: who may see and change entries.</summary>
    public static AclPath AccessAcl { get; } = new(["access", "acl"]);

    /// <summary><c>/access/users</c>: who may see and change users.</summary>
    public static AclPath AccessUsers { get; } = new(["access", "users"]);

    /// <summary><c>/access</c></summary>
    public static AclPath Access { get; } = new(["access"]);

    /// <summary>The path with a slash in front and none at the end.</summary>
    public string Text { get; }

    public IReadOnlyList<string> Components => _components;

    internal ReadOnlySpan<string> Span => _components;

    /// <summary>Splits at '/', without the empty components, as PBS does.</summary>
    public static AclPath Parse(string text) => new(text.Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Exactly these components. PBS splits one with a '/' in it when it looks for the place, and finds nothing at an empty one.</summary>
    public static AclPath Of(params ReadOnlySpan<string> components) => new(components.ToArray());

    /// <summary><c>/datastore/{name}</c>, with the names of the namespace behind it.</summary>
    public static AclPath ForDatastore(string name, BackupNamespace? ns = null) => new(["datastore", name, .. ns?.Components ?? []]);

    /// <summary>Null if an entry may be added here, else PBS's refusal. Whether a store or remote of that name exists does not matter.</summary>
    public string? Refusal() => IsAllowed() ? null : $"invalid acl path '{Text}'.";

    /// <summary>Null if the text has the form the API demands of a path parameter, else PBS's words.</summary>
    public static string? CheckText(string text)
    {
        if (text.Length == 0) return "value must be at least 1 characters long";
        if (text.EnumerateRunes().Count() > MaxLength) return $"value may only be {MaxLength} characters long";
        if (text == "/") return null;
        bool matches = text[0] == '/' && text[1..].Split('/').All(component => SafeId.IsValid(component));
        return matches ? null : "value does not match the regex pattern";
    }

    private bool IsAllowed()
    {
        int count = _components.Length;
        return _components switch
        {
            [] or ["access"] or ["access", "acl" or "users" or "domains"] => true,
            ["access", "openid", ..] => count <= 3,
            ["datastore", ..] => count <= 2 + BackupNamespace.MaxDepth,
            ["remote", ..] => count <= 3,
            ["system"] or ["system", "certificates" or "disks" or "log" or "notifications" or "status" or "tasks" or "time"] => true,
            ["system", "services", ..] => count <= 3,
            ["system", "network"] or ["system", "network", "dns"] => true,
            ["system", "network", "interfaces", ..] => count <= 4,
            ["tape"] => true,
            ["tape", "device" or "pool" or "job", ..] => count <= 3,
            _ => false,
        };
    }

    public bool Equals(AclPath? other) => other is not null && _components.AsSpan().SequenceEqual(other._components);

    public override bool Equals(object? obj) => Equals(obj as AclPath);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
