using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Access.Acl;

/// <summary>
/// A path that privileges are granted on: <c>/</c>, <c>/datastore/main</c>, <c>/datastore/main/a/b</c>. It is literal
/// and case-sensitive.
/// </summary>
public sealed class AclPath : IEquatable<AclPath>
{
    /// <summary>The greatest length that PBS's API accepts.</summary>
    private const int MaxLength = 128;

    private static readonly ServerRelease S3Endpoints = new(4, 0, 9);

    private static readonly ServerRelease EncryptionKeys = new(4, 1, 9);

    private AclPath(string text, bool isRoot = false)
    {
        Text = text;
        IsRoot = isRoot;
    }

    public static AclPath Root { get; } = new("/", isRoot: true);

    /// <summary><c>/access/acl</c>: who may see and change entries.</summary>
    public static AclPath AccessAcl { get; } = new("/access/acl");

    /// <summary><c>/access/users</c>: who may see and change users.</summary>
    public static AclPath AccessUsers { get; } = new("/access/users");

    /// <summary><c>/access</c></summary>
    public static AclPath Access { get; } = new("/access");

    /// <summary>The path with a slash in front and none at the end.</summary>
    public string Text { get; }

    public bool IsRoot { get; }

    /// <summary>The names from the root on.</summary>
    public IReadOnlyList<string> Components => IsRoot ? [] : Text[1..].Split('/');

    /// <summary>The names joined by '/'; nothing for the root, for which <see cref="IsRoot"/> is to be asked.</summary>
    internal ReadOnlySpan<char> Joined => Text.AsSpan(1);

    /// <summary>Splits at '/', without the empty components, as PBS does.</summary>
    public static AclPath Parse(string text)
    {
        bool isNormal =
            text.Length > 1 && text[0] == '/' && text[^1] != '/' && !text.Contains("//", StringComparison.Ordinal);
        return isNormal ? new AclPath(text) : Of(text.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>
    /// Exactly these components. PBS splits one with a '/' in it when it looks for the place, and finds nothing at an
    /// empty one.
    /// </summary>
    public static AclPath Of(params ReadOnlySpan<string> components) =>
        components.IsEmpty ? Root : new AclPath("/" + string.Join('/', components));

    /// <summary><c>/datastore/{name}</c>, with the names of the namespace behind it.</summary>
    public static AclPath ForDatastore(string name, BackupNamespace? ns = null) =>
        new(ns is null || ns.IsRoot ? $"/datastore/{name}" : $"/datastore/{name}/{ns.Text}");

    /// <summary>
    /// Returns null if a server of the release accepts entries on the path, and its refusal otherwise. The datastore or
    /// remote that the path names need not exist.
    /// </summary>
    public string? Refusal(ServerRelease release) => IsAllowed(release) ? null : $"invalid acl path '{Text}'.";

    /// <summary>
    /// Returns null if the text has the form that the API demands of a path parameter, and PBS's refusal otherwise.
    /// </summary>
    public static string? CheckText(string text)
    {
        if (text.Length == 0) return "value must be at least 1 characters long";
        if (text.EnumerateRunes().Count() > MaxLength) return $"value may only be {MaxLength} characters long";
        if (text == "/") return null;
        bool matches = text[0] == '/' && text[1..].Split('/').All(component => SafeId.IsValid(component));
        return matches ? null : "value does not match the regex pattern";
    }

    private bool IsAllowed(ServerRelease release)
    {
        IReadOnlyList<string> components = Components;
        int count = components.Count;
        return components switch
        {
            [] or ["access"] or ["access", "acl" or "users" or "domains"] => true,
            ["access", "openid", ..] => count <= 3,
            ["datastore", ..] => count <= 2 + BackupNamespace.MaxDepth,
            ["remote", ..] => count <= 3 + (release < PrivilegeName.PushSync ? 0 : BackupNamespace.MaxDepth),
            ["system"]
                or ["system", "certificates" or "disks" or "log" or "notifications" or "status" or "tasks" or "time"] =>
                true,
            ["system", "s3-endpoint", ..] => count <= 3 && release >= S3Endpoints,
            ["system", "encryption-keys", ..] => count <= 3 && release >= EncryptionKeys,
            ["system", "services", ..] => count <= 3,
            ["system", "network"] or ["system", "network", "dns"] => true,
            ["system", "network", "interfaces", ..] => count <= 4,
            ["tape"] => true,
            ["tape", "device" or "pool" or "job", ..] => count <= 3,
            _ => false,
        };
    }

    public bool Equals(AclPath? other) => other is not null && Text == other.Text && IsRoot == other.IsRoot;

    public override bool Equals(object? obj) => Equals(obj as AclPath);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
