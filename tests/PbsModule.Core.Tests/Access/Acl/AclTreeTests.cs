using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>The tree of acl.cfg: upstream's own vectors, edits, and what must hold for every tree.</summary>
public class AclTreeTests
{
    private const string Roles1 =
        """

        acl:1:/storage:user1@pbs:Admin
        acl:1:/storage/store1:user1@pbs:DatastoreBackup
        acl:1:/storage/store2:user2@pbs:DatastoreBackup

        """;

    private const string NoAccessA =
        """
        acl:1:/:user1@pbs:Admin
        acl:1:/storage:user1@pbs:NoAccess
        acl:1:/storage/store1:user1@pbs:DatastoreBackup
        """;

    private const string NoAccessB =
        """
        acl:1:/:user1@pbs:Admin
        acl:0:/storage:user1@pbs:NoAccess
        acl:1:/storage/store1:user1@pbs:DatastoreBackup
        """;

    [Theory]
    [InlineData(Roles1, "user1@pbs", "/", "")]
    [InlineData(Roles1, "user1@pbs", "/storage", "Admin")]
    [InlineData(Roles1, "user1@pbs", "/storage/store1", "DatastoreBackup")]
    [InlineData(Roles1, "user1@pbs", "/storage/store2", "Admin")]
    [InlineData(Roles1, "user2@pbs", "/", "")]
    [InlineData(Roles1, "user2@pbs", "/storage", "")]
    [InlineData(Roles1, "user2@pbs", "/storage/store1", "")]
    [InlineData(Roles1, "user2@pbs", "/storage/store2", "DatastoreBackup")]
    [InlineData(NoAccessA, "user1@pbs", "/", "Admin")]
    [InlineData(NoAccessA, "user1@pbs", "/storage", "NoAccess")]
    [InlineData(NoAccessA, "user1@pbs", "/storage/store1", "DatastoreBackup")]
    [InlineData(NoAccessA, "user1@pbs", "/storage/store2", "NoAccess")]
    [InlineData(NoAccessA, "user1@pbs", "/system", "Admin")]
    [InlineData(NoAccessB, "user1@pbs", "/", "Admin")]
    [InlineData(NoAccessB, "user1@pbs", "/storage", "NoAccess")]
    [InlineData(NoAccessB, "user1@pbs", "/storage/store1", "DatastoreBackup")]
    [InlineData(NoAccessB, "user1@pbs", "/storage/store2", "Admin")]
    [InlineData(NoAccessB, "user1@pbs", "/system", "Admin")]
    public void Roles_on_a_path(string text, string authid, string path, string expected) =>
        Assert.Equal(expected, AclTree.ParseData(text).Roles(Authid.Parse(authid), AclPath.Parse(path)).ToString());

    [Fact]
    public void Lines_are_merged_when_written() =>
        Assert.Equal("acl:0:/store/store2:user1@pbs,user2@pbs:Admin,DatastoreBackup\n", AclTree.ParseData(
            """
            acl:0:/store/store2:user1@pbs:Admin
            acl:0:/store/store2:user2@pbs:Admin
            acl:0:/store/store2:user1@pbs:DatastoreBackup
            acl:0:/store/store2:user2@pbs:DatastoreBackup
            """).Write());

    [Fact]
    public void NoAccess_and_other_roles_replace_each_other()
    {
        var tree = new AclTree();
        var user = Authid.Parse("user1@pbs");
        AclPath storage = AclPath.Parse("/storage");
        Add("Admin,Audit", AclPath.Root);
        Assert.Equal("Admin,Audit", tree.Roles(user, AclPath.Root).ToString());
        Add("NoAccess", AclPath.Root);
        Assert.Equal("acl:1:/:user1@pbs:NoAccess\n", tree.Write());

        Add("NoAccess", storage);
        Assert.Equal("NoAccess", tree.Roles(user, storage).ToString());
        Add("Admin,Audit", storage);
        Assert.Equal("Admin,Audit", tree.Roles(user, storage).ToString());
        Add("NoAccess", storage);
        Assert.Equal("NoAccess", tree.Roles(user, storage).ToString());

        void Add(string roles, AclPath path)
        {
            foreach (string role in roles.Split(',')) tree.Insert(path, user, Role.Parse(role), true);
        }
    }

    [Theory]
    [InlineData("user1@pbs", "store", "store/store2 store/store2/store3")]
    [InlineData("user2@pbs", "store store2 store3", "")]
    [InlineData("user2@pbs", "store/store2/store31", "store/store2/store31/store4/store6")]
    [InlineData("user2@pbs", "store store2 foo/bar/baz", "")]
    [InlineData("user2@pbs", "store/store2/store31/store4/store6", "")]
    public void Paths_below_an_anchor(string authid, string anchor, string expected)
    {
        AclTree tree = AclTree.ParseData(
            """
            acl:0:/store/store2:user1@pbs:Admin
            acl:1:/store/store2/store31/store4/store6:user2@pbs:DatastoreReader
            acl:0:/store/store2/store3:user1@pbs:Admin
            """);
        Assert.Equal(expected, string.Join(' ', tree.ChildPaths(Authid.Parse(authid), AclPath.Of(anchor.Split(' ')))));
    }

    [Theory]
    [InlineData("a", "b", "")]
    [InlineData("a/b", null, "")]
    [InlineData("a", null, "DatastoreAdmin")]
    [InlineData("a", "", "")]
    public void Only_the_last_piece_of_the_last_component_is_the_end(string component, string? next, string expected)
    {
        AclTree tree = AclTree.ParseData("acl:0:/datastore/s/a:u@pbs:DatastoreAdmin\n");
        string[] components = next is null ? ["datastore", "s", component] : ["datastore", "s", component, next];
        Assert.Equal(expected, tree.Roles(Authid.Parse("u@pbs"), AclPath.Of(components)).ToString());
    }

    [Fact]
    public void Removing_a_path_removes_what_is_below()
    {
        string[] paths = ["/", "/storage", "/storage/a", "/storage/b", "/storage/b/a", "/storage/b/b", "/datastore/c", "/datastore/d"];
        var tree = new AclTree();
        foreach (string path in paths) tree.Insert(AclPath.Parse(path), Authid.Parse("u@pbs"), Role.NoAccess, true);
        Remove("/storage/b/a", "/ /datastore/c /datastore/d /storage /storage/a /storage/b /storage/b/b");
        Remove("/storage/b", "/ /datastore/c /datastore/d /storage /storage/a");
        Remove("/storage", "/ /datastore/c /datastore/d");
        Remove("/datastore/c", "/ /datastore/d");
        Remove("/datastore/d", "/");
        Remove("/not/there", "/");
        Remove("/", "/");

        void Remove(string path, string left)
        {
            tree.RemovePath(AclPath.Parse(path));
            Assert.Equal(left, string.Join(' ', tree.Entries().Select(entry => entry.Path)));
        }
    }

    [Fact]
    public void Removing_an_identity_leaves_all_others()
    {
        AclTree tree = AclTree.ParseData("acl:1:/:user1@pbs,user1@pbs!t,user2@pbs:Admin\nacl:1:/a/b:user1@pbs:Audit\nacl:0:/a:user2@pbs,user1@pbs:Audit\n");
        tree.RemovePrincipal(Authid.Parse("user1@pbs"));
        Assert.Equal("acl:1:/:user1@pbs!t,user2@pbs:Admin\nacl:0:/a:user2@pbs:Audit\n", tree.Write());
        Assert.True(tree.Contains(AclPath.Parse("/a/b")));
        tree.RemovePrincipal(Authid.Parse("user2@pbs"));
        Assert.Equal("acl:1:/:user1@pbs!t:Admin\n", tree.Write());
    }

    [Fact]
    public void Entries_are_listed_by_path_principal_and_role() =>
        Assert.Equal(
            ["/ alice@pbs Audit 1", "/ alice@pbs!t Audit 0", "/ @ops Audit 1", "/b alice@pbs Admin 0", "/b alice@pbs Audit 0"],
            AclTree.ParseData("acl:0:/b:alice@pbs:Audit,Admin\nacl:1:/:@ops,alice@pbs:Audit\nacl:0:/:alice@pbs!t:Audit\n")
                .Entries().Select(entry => $"{entry.Path} {entry.Principal} {entry.Role} {(entry.Propagate ? 1 : 0)}"));

    [Fact]
    public void Names_are_ordered_by_their_UTF8_bytes()
    {
        AclTree tree = AclTree.ParseData("acl:1:/\U00010000:a@pbs:Audit\nacl:1:/\uFFFD:a@pbs:Audit\n");
        Assert.Equal("acl:1:/\uFFFD:a@pbs:Audit\nacl:1:/\U00010000:a@pbs:Audit\n", tree.Write());
    }

    [Fact]
    public void Roles_of_newer_releases_are_read_and_kept()
    {
        const string text = "acl:1:/remote/r:u@pbs:RemoteSyncPushOperator\n";
        AclTree tree = AclTree.ParseData(text);
        Assert.Equal(text, tree.Write());
        Assert.Equal(Privileges.RemoteAudit | Privileges.RemoteDatastoreBackup, tree.Roles(Authid.Parse("u@pbs"), AclPath.Parse("/remote/r")).Privileges);
    }

    [Fact]
    public void A_path_of_any_depth_is_handled()
    {
        string path = string.Concat(Enumerable.Repeat("/a", 100_000));
        string text = $"acl:1:{path}:u@pbs:Audit\n";
        AclTree tree = AclTree.ParseData(text);
        Assert.Equal(text, tree.Write());
        Assert.Equal("Audit", tree.Roles(Authid.Parse("u@pbs"), AclPath.Parse(path + "/b")).ToString());
    }

    [Fact]
    public void Adding_NoAccess_never_grants() => Prop.ForAll(Trees(), Entry().ToArbitrary(), (text, entry) =>
    {
        AclTree tree = AclTree.ParseData(text);
        AclTree changed = AclTree.ParseData(text);
        changed.Insert(entry.Path, entry.AuthId!, Role.NoAccess, entry.Propagate);
        foreach ((Authid authid, AclPath path) in Questions())
        {
            // Below a NoAccess that is not passed on, what was granted higher up counts again; it takes the place of other entries there.
            if (!entry.Propagate && authid == entry.AuthId && !path.Equals(entry.Path)) continue;
            Assert.Equal(Privileges.None, changed.Roles(authid, path).Privileges & ~tree.Roles(authid, path).Privileges);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Removing_an_entry_changes_nothing_for_others() => Prop.ForAll(Trees(), Entry().ToArbitrary(), (text, entry) =>
    {
        AclTree tree = AclTree.ParseData(text);
        AclTree changed = AclTree.ParseData(text);
        changed.Remove(entry.Path, entry.AuthId!, entry.Role);
        foreach ((Authid authid, AclPath path) in Questions())
        {
            bool isConcerned = authid == entry.AuthId && (path.Text + "/").StartsWith(entry.Path.Text.TrimEnd('/') + "/", StringComparison.Ordinal);
            if (!isConcerned) Assert.Equal(tree.Roles(authid, path), changed.Roles(authid, path));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_token_never_exceeds_its_user() => Prop.ForAll(Trees(), text =>
    {
        var access = new AccessControl(AclTree.ParseData(text), UserRegistry.Parse(ConfigurationText.Missing("user.cfg")), TimeProvider.System);
        foreach ((Authid authid, AclPath path) in Questions().Where(question => question.AuthId.IsToken))
        {
            PrivilegeGrant token = access.Lookup(authid, path);
            PrivilegeGrant user = access.Lookup(new Authid(authid.User), path);
            Assert.Equal(Privileges.None, (token.Granted & ~user.Granted) | (token.Propagated & ~user.Propagated) | (token.Propagated & ~token.Granted));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Writing_is_a_normal_form() => Prop.ForAll(Trees(), text =>
    {
        AclTree tree = AclTree.ParseData(text);
        AclTree again = AclTree.ParseData(tree.Write());
        Assert.Equal(tree.Write(), again.Write());
        Assert.Equal(tree.Entries().Where(entry => entry.AuthId?.IsSuperuser != true), again.Entries());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        byte[][] samples = [Corpus.Bytes("config/acl.cfg"), .. Directory.EnumerateFiles(Path.Combine(Corpus.Folder, "acl"), "random?.json").Select(file =>
        {
            using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
            return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("acl").GetString()!);
        })];
        MutationFuzz.Run(samples, bytes =>
        {
            AclTree tree = AclTree.Parse(ConfigurationText.Decode("f", bytes));
            Assert.Equal(tree.Write(), AclTree.ParseData(tree.Write()).Write());
        });
    }

    private static readonly string[] Names = ["u@pbs", "u@pbs!t", "v@pam", "v@pam!t", "root@pam", "root@pam!t"];

    private static readonly string[] Paths = ["/", "/datastore", "/datastore/s", "/datastore/s/a", "/datastore/s/a/b", "/datastore/t", "/system"];

    private static IEnumerable<(Authid AuthId, AclPath Path)> Questions() =>
        from name in Names from path in Paths.Append("/datastore/s/a/b/c") select (Authid.Parse(name), AclPath.Parse(path));

    private static Gen<AclEntry> Entry() =>
        from name in Gen.Elements(Names)
        from path in Gen.Elements(Paths)
        from role in Gen.Elements<Role>(Role.All)
        from propagate in Gen.Elements(true, false)
        select new AclEntry(AclPath.Parse(path), Authid.Parse(name), null, role, propagate);

    private static Arbitrary<string> Trees() => Entry()
        .Select(entry => $"acl:{(entry.Propagate ? 1 : 0)}:{entry.Path}:{entry.Principal}:{entry.Role}\n")
        .ListOf().Select(lines => string.Concat(lines)).ToArbitrary();
}
