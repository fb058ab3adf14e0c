using PbsModule.Core.Access;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Giving groups away: who may give what to whom, in which order PBS asks, and what stands after a crash.</summary>
public sealed class OwnerChangeTests : IDisposable
{
    private const string Gone = "backup@pbs!gone";

    private static readonly GroupPath Group = GroupPath.Parse("vm/100");
    private static readonly string[] AuthIds = ["u@pbs", "u@pbs!a", "u@pbs!b", "v@pbs", "v@pbs!a"];

    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();

    public OwnerChangeTests()
    {
        _disk.AddGroup("vm/100", "u@pbs\n");
        _server.Register(("main", _disk.Path, ""));
        _server.Write("user.cfg", "user: u@pbs\n\ntoken: u@pbs!a\n\ntoken: u@pbs!b\n\nuser: v@pbs\n\ntoken: v@pbs!a\n\ntoken: v@pbs!off\n\tenable false\n\nuser: off@pbs\n\texpire 1\n\ntoken: off@pbs!t\n\nuser: m@pbs\n");
        _server.Write("acl.cfg", "acl:1:/datastore:u@pbs,u@pbs!a,u@pbs!b,v@pbs,v@pbs!a:DatastoreBackup\nacl:1:/datastore:m@pbs:DatastoreAdmin\n");
    }

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Who_may_only_back_up_gives_to_and_takes_from_tokens_of_his_own()
    {
        int allowed = 0;
        foreach (string owner in AuthIds)
        {
            foreach (string newOwner in AuthIds)
            {
                foreach (string caller in AuthIds)
                {
                    File.WriteAllText(_disk.PathOf("vm/100/owner"), $"{owner}\n");
                    string? refusal = Refusal(caller, newOwner);

                    // Who neither owns the group nor sees it in listings is not told that it is there.
                    string denied = Ownership.Owns(Authid.Parse(owner), Authid.Parse(caller))
                        ? $"{caller} does not have permission to change owner of backup group 'vm/100' to {newOwner}"
                        : "there is no group 'vm/100' in datastore 'main', root namespace";
                    Assert.Equal(Allowed(owner, newOwner, caller) ? null : denied, refusal);
                    Assert.Equal(refusal is null ? $"{newOwner}\n" : $"{owner}\n", File.ReadAllText(_disk.PathOf("vm/100/owner")));
                    if (refusal is null) allowed++;
                }
            }
        }

        // u: two tokens among each other and themselves (4), to u (2), from u (2); v: one token to itself, to v, from v (3).
        Assert.Equal(4 + 2 + 2 + 3, allowed);
    }

    [Theory]
    [InlineData("nobody@pbs", "v@pbs", "permission check failed - missing Datastore.Modify|Datastore.Backup on /datastore/main")]
    [InlineData("v@pbs", "off@pbs", "there is no group 'vm/100' in datastore 'main', root namespace")]
    [InlineData("u@pbs", "off@pbs", "u@pbs does not have permission to change owner of backup group 'vm/100' to off@pbs")]
    [InlineData("m@pbs", "off@pbs", "user 'off@pbs' is inactive or non-existent")]
    [InlineData("m@pbs", "off@pbs!t", "API token 'off@pbs!t' is inactive or non-existent")]
    [InlineData("m@pbs", "v@pbs!off", "API token 'v@pbs!off' is inactive or non-existent")]
    [InlineData("root@pam", Gone, $"API token '{Gone}' is inactive or non-existent")]
    [InlineData("m@pbs", "v@pbs!a", null)]
    [InlineData("root@pam", "root@pam", null)]
    public void Privileges_come_first_then_the_giving_then_the_new_owner(string caller, string newOwner, string? refusal) => Assert.Equal(refusal, Refusal(caller, newOwner));

    [Fact]
    public void Privileges_come_before_maintenance_mode_and_that_before_the_group()
    {
        _server.Register(("main", _disk.Path, "\tmaintenance-mode read-only\n"));
        Assert.StartsWith("permission check failed", Refusal("nobody@pbs", "v@pbs"), StringComparison.Ordinal);
        Assert.StartsWith("datastore 'main' is in read-only maintenance mode", Refusal("v@pbs", "v@pbs", "vm/999"), StringComparison.Ordinal);
        _server.Register(("main", _disk.Path, ""));
        Assert.StartsWith("there is no group 'vm/999'", Refusal("v@pbs", "v@pbs", "vm/999"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_without_an_owner_gets_one_from_who_may_change_all()
    {
        File.WriteAllText(_disk.PathOf("vm/100/owner"), "");
        Assert.StartsWith("there is no group 'vm/100'", Refusal("u@pbs", "u@pbs!a"), StringComparison.Ordinal);
        Assert.Null(Refusal("m@pbs", "u@pbs"));
        Assert.Equal("u@pbs\n", File.ReadAllText(_disk.PathOf("vm/100/owner")));
    }

    [Fact]
    public void Who_may_not_list_the_group_is_told_the_new_owner_alone()
    {
        _server.Write("acl.cfg", "acl:1:/datastore:m@pbs:DatastoreAdmin\nacl:1:/datastore:m@pbs!t:DatastoreAdmin\n");
        PbsEngine engine = _server.Session("m@pbs");
        GroupInfo changed = engine.Owner.Change(engine.Resolver.Resolve("main"), BackupNamespace.Root, Group, Authid.Parse("v@pbs"), false, CancellationToken.None);
        Assert.Equal(("vm/100", "v@pbs"), (changed.ToString(), changed.Owner));
    }

    [Fact]
    public void Where_locks_cannot_be_seen_it_takes_force()
    {
        PbsEngine engine = new(Connection.None);
        DatastoreContext store = engine.Resolver.ResolvePath(_disk.Path);
        if (!Directory.Exists(new ConnectionOptions().RunRoot))
        {
            var refused = Assert.Throws<PbsLockedException>(() => engine.Owner.Change(store, BackupNamespace.Root, Group, Authid.Root, false, CancellationToken.None));
            Assert.Equal(PbsErrorId.LocksNotVisible, refused.ErrorId);
        }

        Assert.Equal("root@pam", engine.Owner.Change(store, BackupNamespace.Root, Group, Authid.Root, true, CancellationToken.None).Owner);
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void The_old_owner_or_the_new_one_stands_whenever_it_ends(Fault fault)
    {
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["store/.chunks"]);
                Directory.CreateDirectory(folder["store/vm/100"]);
                File.WriteAllText(folder["store/vm/100/owner"], "old@pbs\n");
            },
            (folder, mutations) =>
            {
                PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
                engine.Owner.Change(engine.Resolver.ResolvePath(folder["store"]), BackupNamespace.Root, Group, Authid.Parse("new@pbs!t"), true, CancellationToken.None);
            },
            (folder, done) => Assert.Contains(File.ReadAllText(folder["store/vm/100/owner"]), done ? ["new@pbs!t\n"] : (string[])["old@pbs\n", "new@pbs!t\n"]));
        Assert.True(changes >= 4);
    }

    private static bool Allowed(string owner, string newOwner, string caller)
    {
        Authid o = Authid.Parse(owner), w = Authid.Parse(newOwner), c = Authid.Parse(caller);
        return (o.IsToken, w.IsToken) switch
        {
            (true, true) => o.User == w.User && c == new Authid(o.User),
            (true, false) => c == new Authid(o.User) && w == c,
            (false, true) => o == c && new Authid(w.User) == c,
            (false, false) => false,
        };
    }

    private string? Refusal(string caller, string newOwner, string group = "vm/100")
    {
        PbsEngine engine = _server.Session(caller);
        try
        {
            engine.Owner.Change(engine.Resolver.Resolve("main"), BackupNamespace.Root, GroupPath.Parse(group), Authid.Parse(newOwner), false, CancellationToken.None);
            return null;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }
}
