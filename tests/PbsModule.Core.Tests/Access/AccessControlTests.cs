using System.Text;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Checks, refusals and explanations on top of entries and users.</summary>
public class AccessControlTests
{
    private const string Users =
        """
        user: alice@pbs

        user: bob@pbs
            enable false

        user: carol@pbs
            expire 2000000000

        token: alice@pbs!t

        token: alice@pbs!off
            enable 0

        token: carol@pbs!t
            expire 1000

        token: ghost@pbs!t

        """;

    private static readonly Authid Alice = Authid.Parse("alice@pbs");
    private static readonly Authid AliceToken = Authid.Parse("alice@pbs!t");
    private static readonly Authid Bob = Authid.Parse("bob@pbs");

    [Theory]
    [InlineData("root@pam", true, false)]
    [InlineData("alice@pbs", true, false)]
    [InlineData("alice@pbs!t", true, false)]
    [InlineData("alice@pbs!off", false, false)]
    [InlineData("alice@pbs!none", false, false)]
    [InlineData("bob@pbs", false, false)]
    [InlineData("carol@pbs", true, true)]
    [InlineData("carol@pbs!t", false, false)]
    [InlineData("ghost@pbs", false, false)]
    [InlineData("ghost@pbs!t", false, false)]
    public void Somebody_is_active(string authid, bool active, bool expires)
    {
        UserRegistry users = Registry();
        Assert.Equal(active, users.IsActive(Authid.Parse(authid), DateTimeOffset.FromUnixTimeSeconds(1_999_999_999)));
        Assert.Equal(active && !expires, users.IsActive(Authid.Parse(authid), DateTimeOffset.FromUnixTimeSeconds(2_000_000_000)));
    }

    [Fact]
    public void Root_is_always_a_user()
    {
        UserRegistry users = Registry();
        Assert.Equal(("Superuser", true), (users.FindUser(Userid.Root)!.Comment, users.Contains(Authid.Root)));
        Assert.Equal(["alice@pbs", "bob@pbs", "carol@pbs", "root@pam"], users.Users.Select(user => user.UserId));
        Assert.Equal(["off", "t"], users.Users[0].Tokens.Select(token => token.TokenName));
        Assert.Equal(4, users.Tokens.Count);
    }

    [Fact]
    public void A_missing_privilege_is_told_as_PBS_tells_it()
    {
        AccessControl access = Access("acl:1:/datastore/main:alice@pbs:DatastoreBackup\n");
        AclPath path = AclPath.ForDatastore("main");
        access.Demand(Alice, path, Privileges.DatastoreAudit | Privileges.DatastoreBackup, partial: true);
        Assert.Equal("missing permissions 'Datastore.Audit&Datastore.Backup' on '/datastore/main'",
            Assert.Throws<PbsPermissionException>(() => access.Demand(Alice, path, Privileges.DatastoreBackup | Privileges.DatastoreAudit)).Message);
        Assert.Equal("missing permissions 'Datastore.Modify|Datastore.Prune' on '/datastore/main'",
            Assert.Throws<PbsPermissionException>(() => access.Demand(Alice, path, Privileges.DatastorePrune | Privileges.DatastoreModify, partial: true)).Message);
    }

    [Fact]
    public void A_namespace_is_open_to_all_to_owners_or_to_nobody()
    {
        AccessControl access = Access("acl:1:/datastore/main/a:alice@pbs:DatastoreAdmin\nacl:1:/datastore/main:alice@pbs:DatastoreBackup\n");
        BackupNamespace a = BackupNamespace.Parse("a");
        Assert.Equal(NamespaceAccess.Full, access.DemandOnNamespace("main", a, Alice, Privileges.DatastoreModify, Privileges.DatastorePrune));
        Assert.Equal(NamespaceAccess.Owned, access.DemandOnNamespace("main", BackupNamespace.Root, Alice, Privileges.DatastoreAudit, Privileges.DatastoreBackup));
        Assert.Equal("permission check failed - missing Datastore.Audit|Datastore.Backup on /datastore/main/a",
            Assert.Throws<PbsPermissionException>(() => access.DemandOnNamespace("main", a, Bob, Privileges.DatastoreAudit, Privileges.DatastoreBackup)).Message);
        Assert.Equal("permission check failed - missing Datastore.Backup on /datastore/main",
            Assert.Throws<PbsPermissionException>(() => access.DemandOnNamespace("main", BackupNamespace.Root, Bob, Privileges.None, Privileges.DatastoreBackup)).Message);
        Assert.True(access.IsNamespaceVisible("main", a, Alice));
        Assert.False(access.IsNamespaceVisible("main", a, Bob));
    }

    [Theory]
    [InlineData("acl:0:/datastore/main:alice@pbs:DatastoreBackup", DatastoreVisibility.Full, DatastoreVisibility.Full)]
    [InlineData("acl:1:/:alice@pbs:Audit", DatastoreVisibility.Full, DatastoreVisibility.Full)]
    [InlineData("acl:0:/datastore/main/a/b:alice@pbs:DatastorePowerUser", DatastoreVisibility.NameOnly, DatastoreVisibility.NameOnly)]
    [InlineData("acl:0:/datastore/main/a/b:alice@pbs:RemoteAudit", DatastoreVisibility.Hidden, DatastoreVisibility.Hidden)]
    [InlineData("acl:1:/datastore/other:alice@pbs:Admin", DatastoreVisibility.Hidden, DatastoreVisibility.Hidden)]
    public void A_datastore_is_listed(string acl, DatastoreVisibility list, DatastoreVisibility status)
    {
        AccessControl access = Access(acl);
        Assert.Equal((list, status), (access.VisibilityOf("main", Alice), access.StatusVisibilityOf("main", Alice)));
    }

    [Theory]
    [InlineData("u@pbs", "u@pbs", true)]
    [InlineData("u@pbs!t", "u@pbs!t", true)]
    [InlineData("u@pbs!t", "u@pbs", true)]
    [InlineData("u@pbs", "u@pbs!t", false)]
    [InlineData("u@pbs!a", "u@pbs!b", false)]
    [InlineData("x@pbs", "root@pam", false)]
    public void Ownership_goes_one_way(string owner, string caller, bool owns)
    {
        Assert.Equal(owns, Ownership.Owns(Authid.Parse(owner), Authid.Parse(caller)));
        if (owns) Ownership.Demand(Authid.Parse(owner), Authid.Parse(caller), Privileges.None);
        else Assert.Equal($"backup owner check failed ({caller} != {owner})", Assert.Throws<PbsPermissionException>(() => Ownership.Demand(Authid.Parse(owner), Authid.Parse(caller), Privileges.None)).Message);
    }

    [Theory]
    [InlineData(Privileges.None, "Connect as the owner: no privilege replaces ownership here.")]
    [InlineData(Privileges.DatastoreModify, "Connect as the owner, or as an identity with Datastore.Modify.")]
    [InlineData(
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        "Connect as the owner, or as an identity with Datastore.Audit or Datastore.Read.")]
    public void The_advice_to_others_than_the_owner_names_what_would_do(Privileges instead, string advice)
    {
        PbsPermissionException refusal = Assert.Throws<PbsPermissionException>(() =>
            Ownership.Demand(Authid.Parse("a@pbs"), Authid.Parse("b@pbs"), instead));
        Assert.Equal(advice, refusal.RecommendedAction);
    }

    [Theory]
    [InlineData("u@pbs!a", "u@pbs!b", "u@pbs", true)]
    [InlineData("u@pbs!a", "u@pbs!b", "u@pbs!a", false)]
    [InlineData("u@pbs!a", "v@pbs!b", "u@pbs", false)]
    [InlineData("u@pbs!a", "u@pbs", "u@pbs", true)]
    [InlineData("u@pbs!a", "v@pbs", "u@pbs", false)]
    [InlineData("u@pbs!a", "u@pbs", "u@pbs!a", false)]
    [InlineData("u@pbs", "u@pbs!a", "u@pbs", true)]
    [InlineData("u@pbs", "v@pbs!a", "u@pbs", false)]
    [InlineData("v@pbs", "u@pbs!a", "u@pbs", false)]
    [InlineData("u@pbs", "u@pbs", "u@pbs", false)]
    [InlineData("u@pbs", "v@pbs", "u@pbs", false)]
    public void An_owner_may_give_a_group_away(string owner, string newOwner, string caller, bool allowed) =>
        Assert.Equal(allowed, Ownership.MayGive(Authid.Parse(owner), Authid.Parse(newOwner), Authid.Parse(caller)));

    [Theory]
    [InlineData("root@pam", "alice@pbs", null)]
    [InlineData("root@pam", "bob@pbs", "user 'bob@pbs' is inactive or non-existent")]
    [InlineData("root@pam", "alice@pbs!off", "API token 'alice@pbs!off' is inactive or non-existent")]
    [InlineData("alice@pbs", "alice@pbs!t", null)]
    [InlineData("alice@pbs", "alice@pbs!off", "API token 'alice@pbs!off' is inactive or non-existent")]
    [InlineData("alice@pbs", "bob@pbs", "alice@pbs does not have permission to change owner of backup group 'vm/100' to bob@pbs")]
    [InlineData("alice@pbs!t", "alice@pbs!t", "alice@pbs!t does not have permission to change owner of backup group 'vm/100' to alice@pbs!t")]
    [InlineData("bob@pbs", "bob@pbs", "permission check failed - missing Datastore.Modify|Datastore.Backup on /datastore/main")]
    public void A_change_of_owner_is_checked_in_PBSs_order(string caller, string newOwner, string? refusal)
    {
        AccessControl access = Access("acl:1:/datastore/main:alice@pbs,alice@pbs!t:DatastoreBackup\n");
        Assert.Equal(refusal, Message(() => Ownership.DemandChange(access, "main", BackupNamespace.Root, GroupPath.Parse("vm/100"), () => Alice, Authid.Parse(newOwner), Authid.Parse(caller))));
    }

    [Fact]
    public void The_owner_is_not_read_for_who_may_change_everything()
    {
        AccessControl access = Access("");
        Ownership.DemandChange(access, "main", BackupNamespace.Root, GroupPath.Parse("vm/100"), () => throw new InvalidOperationException("read"), Alice, Authid.Root);
    }

    [Fact]
    public void A_privilege_is_explained()
    {
        AccessControl access = Access("acl:1:/datastore:alice@pbs!t:DatastoreAdmin\nacl:0:/datastore/main:alice@pbs:DatastoreReader,Audit\n");
        PrivilegeExplanation token = access.Explain(AliceToken, AclPath.Parse("/datastore/main"));
        Assert.Equal(["Datastore.Audit", "Datastore.Read", "Datastore.Verify"], token.Privileges.Select(privilege => privilege.Privilege));
        Assert.Equal("DatastoreAdmin on /datastore (propagated), limited by alice@pbs: Audit, DatastoreReader on /datastore/main", token.Privileges[0].Source);
        Assert.Equal(("/datastore", true, false), (token.Privileges[0].EntryPath, token.Privileges[0].IsInherited, token.Privileges[0].Propagate));
        Assert.Equal(["Datastore.Modify", "Datastore.Backup", "Datastore.Prune"], token.Withheld);
        Assert.Equal("superuser", access.Explain(Authid.Root, AclPath.Root).Privileges[0].Source);
        Assert.Empty(access.Explain(Bob, AclPath.Root).Privileges);
    }

    [Theory]
    [InlineData("alice@pbs", null, "ops", "Unprivileged users are not allowed to create group ACL item.")]
    [InlineData("alice@pbs", null, null, "Unprivileged user needs to provide auth_id to update ACL item.")]
    [InlineData("alice@pbs!t", "alice@pbs!t", null, "Unprivileged API tokens can't set ACL items.")]
    [InlineData("alice@pbs", "alice@pbs", null, "Unprivileged users can only set ACL items for API tokens.")]
    [InlineData("alice@pbs", "carol@pbs!t", null, "Unprivileged users can only set ACL items for their own API tokens.")]
    [InlineData("alice@pbs", "alice@pbs!t", null, null)]
    [InlineData("carol@pbs", "bob@pbs", null, null)]
    public void Entries_are_changed_by_who_may(string caller, string? authid, string? group, string? refusal)
    {
        AccessControl access = Access("acl:1:/access/acl:carol@pbs:Admin\n");
        var change = new AclChange(AclPath.Root, Role.Admin, authid is null ? null : Authid.Parse(authid), group);
        Assert.Equal(refusal, Message(() => access.DemandEntryChange(change, Authid.Parse(caller))));
    }

    [Theory]
    [InlineData("/", "Audit", "alice@pbs", null, false, null)]
    [InlineData("/", "Audit", null, "ops", false, "parameter 'group' - groups are currently not supported.")]
    [InlineData("/", "Audit", null, null, false, "missing 'userid' or 'group' parameter.")]
    [InlineData("/", "Audit", "nobody@pbs", null, false, "no such user.")]
    [InlineData("/", "Audit", "alice@pbs!none", null, false, "no such API token.")]
    [InlineData("/foo", "Audit", "alice@pbs", null, false, "invalid acl path '/foo'.")]
    [InlineData("/foo", "Audit", "nobody@pbs", null, true, null)]
    public void A_change_must_make_sense(string path, string role, string? authid, string? group, bool delete, string? refusal)
    {
        var change = new AclChange(AclPath.Parse(path), Role.Parse(role), authid is null ? null : Authid.Parse(authid), group, Delete: delete);
        Assert.Equal(refusal, Message(() => Access("").CheckEntryChange(change)));
    }

    [Theory]
    [InlineData("/", null)]
    [InlineData("/datastore/a.b-c", null)]
    [InlineData("", "value must be at least 1 characters long")]
    [InlineData("datastore", "value does not match the regex pattern")]
    [InlineData("/datastore/", "value does not match the regex pattern")]
    [InlineData("//datastore", "value does not match the regex pattern")]
    [InlineData("/a b", "value does not match the regex pattern")]
    public void Path_texts_have_a_form(string text, string? error) => Assert.Equal(error, AclPath.CheckText(text));

    private static string? Message(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }

    private static AccessControl Access(string acl) => new(AclTree.ParseData(acl), Registry(), TimeProvider.System);

    private static UserRegistry Registry() => UserRegistry.Parse(ConfigurationText.Decode("user.cfg", Encoding.UTF8.GetBytes(Users)));
}
