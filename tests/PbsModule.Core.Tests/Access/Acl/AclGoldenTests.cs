using System.Text;
using System.Text.Json;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>Access control against the answers of a real PBS (golden acl/*.json, config/acl.json, misc/roles-and-privileges.json).</summary>
public class AclGoldenTests
{
    /// <summary>The release whose answers the golden cases are.</summary>
    private static readonly ServerRelease Golden = new(3, 2, 4);

    private const string AclFile = "/etc/proxmox-backup/acl.cfg";
    private const string UserFile = "/etc/proxmox-backup/user.cfg";

    public static TheoryData<string> Configurations => [.. Directory.EnumerateFiles(Path.Combine(Corpus.Folder, "acl"), "*.json")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name != "check-acl-path").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void A_configuration_is_evaluated_as_PBS_evaluates_it(string name)
    {
        using JsonDocument document = Corpus.Json($"acl/{name}.json");
        JsonElement root = document.RootElement;
        AclTree? acl = ReadOrExpectError(root, "acl-error", () => AclTree.Parse(Text(AclFile, root.GetProperty("acl").GetString()!)));
        UserRegistry? users = ReadOrExpectError(root, "user-error", () => UserRegistry.Parse(Text(UserFile, root.GetProperty("user").GetString()!)));
        if (acl is not null)
        {
            Assert.Equal(root.GetProperty("acl-digest").GetString(), acl.Digest);
            string normalized = root.GetProperty("acl-normalized").GetString()!;
            Assert.Equal(normalized, acl.Write());
            Assert.Equal(normalized, AclTree.ParseData(normalized).Write());
        }

        Conformance.Agrees(Conformance.Access, $"configuration {name} read");
        if (root.TryGetProperty("user-normalized", out JsonElement userText))
            Assert.Equal(userText.GetString(), SectionConfig.Parse(UserSchema.File, UserFile, root.GetProperty("user").GetString()!).Write(UserFile));
        if (acl is null || users is null) return;

        var access = new AccessControl(acl, users, TimeProvider.System, Golden);
        int question = 0;
        foreach (JsonElement result in root.GetProperty("results").EnumerateArray())
        {
            Check(access, result);
            Conformance.Agrees(Conformance.Access, $"configuration {name}, question {question++}");
        }
    }

    [Fact]
    public void Edits_give_the_text_PBS_writes()
    {
        using JsonDocument document = Corpus.Json("config/acl.json");
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var tree = new AclTree();
            foreach (JsonElement operation in item.GetProperty("ops").EnumerateArray()) Apply(tree, operation);
            Assert.Equal(item.GetProperty("file").GetString(), tree.Write());
            Assert.Equal(item.GetProperty("digest").GetString(), ConfigurationText.DigestOf(tree.Write()));
            Conformance.Agrees(Conformance.Access, $"edit {item.GetProperty("digest").GetString()}");
        }

        string text = Encoding.UTF8.GetString(Corpus.Bytes("config/acl.cfg"));
        Assert.Equal(text, AclTree.ParseData(text).Write());
    }

    [Fact]
    public void Paths_are_allowed_as_PBS_allows_them()
    {
        using JsonDocument document = Corpus.Json("acl/check-acl-path.json");
        foreach (JsonElement item in document.RootElement.EnumerateArray())
        {
            string expected = item.GetProperty("result").GetString()!;
            string? refusal = AclPath.Parse(item.GetProperty("path").GetString()!).Refusal(Golden);
            Assert.Equal(expected, refusal is null ? "ok" : "error: " + refusal);
            Conformance.Agrees(Conformance.Access, $"path {item.GetProperty("path").GetString()}");
        }
    }

    [Fact]
    public void Roles_and_privileges_are_those_of_PBS()
    {
        using JsonDocument document = Corpus.Json("misc/roles-and-privileges.json");
        Assert.Equal(document.RootElement.GetProperty("privileges").EnumerateArray().Select(item => (item.GetProperty("name").GetString()!, item.GetProperty("value").GetUInt64())),
            PrivilegeName.Each(PrivilegeName.In(Golden)).Select(privilege => (PrivilegeName.NameOf(privilege), (ulong)privilege)));
        JsonElement[] roles = [.. document.RootElement.GetProperty("roles").EnumerateArray()];
        Assert.Equal(roles.Select(item => item.GetProperty("role").GetString()).Order(), Role.All.Where(role => role.Since <= Golden).Select(role => role.Name).Order());
        foreach (JsonElement item in roles)
        {
            Role role = Role.Parse(item.GetProperty("role").GetString()!);
            Assert.Equal(item.GetProperty("privs").GetUInt64(), (ulong)role.Privileges);
            Assert.Equal(item.GetProperty("description").GetString(), role.DescriptionIn(Golden));
            Assert.Equal(item.GetProperty("priv-names").EnumerateArray().Select(privilege => privilege.GetString()!), PrivilegeName.Of(role.Privileges & PrivilegeName.In(Golden)));
        }
    }

    private static void Check(AccessControl access, JsonElement result)
    {
        Authid authid = Authid.Parse(result.GetProperty("authid").GetString()!);
        AclPath path = AclPath.Parse(result.GetProperty("path").GetString()!);
        RoleSet roles = access.Acl.Roles(authid, path);
        PrivilegeGrant grant = access.Lookup(authid, path);
        string actual = string.Join(' ',
            $"{authid} on {path}: [{string.Join(',', roles.Roles().Select(role => $"{role}={roles.Propagates(role)}"))}]", (ulong)grant.Granted, (ulong)grant.Propagated,
            access.IsActive(authid), access.IsActive(new Authid(authid.User)), access.IsAnyAllowedBelow(authid, path, AccessControl.NamespaceVisible));
        string expected = string.Join(' ',
            $"{authid} on {path}: [{string.Join(',', result.GetProperty("roles").EnumerateObject().OrderBy(role => role.Name, StringComparer.Ordinal).Select(role => $"{role.Name}={role.Value.GetBoolean()}"))}]",
            result.GetProperty("privs").GetUInt64(), result.GetProperty("propagated-privs").GetUInt64(),
            result.GetProperty("active").GetBoolean(), result.GetProperty("user-active").GetBoolean(), result.GetProperty("any-ns-privs-below").GetBoolean());
        Assert.Equal(expected, actual);

        PrivilegeExplanation explanation = access.Explain(authid, path);
        Assert.Equal(PrivilegeName.Of(grant.Granted & PrivilegeName.In(Golden)), explanation.Privileges.Select(privilege => privilege.Privilege));
        Assert.Equal(PrivilegeName.Of(grant.Propagated & PrivilegeName.In(Golden)), explanation.Privileges.Where(privilege => privilege.Propagate).Select(privilege => privilege.Privilege));
    }

    private static T? ReadOrExpectError<T>(JsonElement root, string property, Func<T> read) where T : class
    {
        if (!root.TryGetProperty(property, out JsonElement error)) return read();
        Assert.Equal(error.GetString(), Assert.Throws<PbsFormatException>(read).Message);
        return null;
    }

    private static ConfigurationText Text(string path, string text) => ConfigurationText.Decode(path, Encoding.UTF8.GetBytes(text));

    private static void Apply(AclTree tree, JsonElement operation)
    {
        string[] words = [.. operation.EnumerateArray().Take(4).Select(word => word.GetString()!)];
        bool propagate = operation.GetArrayLength() > 4 && operation[4].GetBoolean();
        switch (words[0])
        {
            case "user": tree.Insert(AclPath.Parse(words[1]), Authid.Parse(words[2]), Role.Parse(words[3]), propagate); break;
            case "group": tree.Insert(AclPath.Parse(words[1]), words[2], Role.Parse(words[3]), propagate); break;
            case "del-user": tree.Remove(AclPath.Parse(words[1]), Authid.Parse(words[2]), Role.Parse(words[3])); break;
            case "del-authid": tree.RemovePrincipal(Authid.Parse(words[1])); break;
            default: Assert.Fail($"unknown operation {words[0]}"); break;
        }
    }
}
