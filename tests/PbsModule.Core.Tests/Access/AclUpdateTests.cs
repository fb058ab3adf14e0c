using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>Changing acl.cfg on disk: who may, what is refused, and what stands afterwards whatever happens.</summary>
public sealed class AclUpdateTests : IDisposable
{
    private const string Before = "acl:1:/datastore/a:alice@pbs:DatastoreAudit\n";
    private const string Users = "user: alice@pbs\n\ntoken: alice@pbs!t\n\ntoken: root@pam!x\n\nuser: a,b@pbs\n\nuser: x@pbs,alice@pbs\n\nuser: @x@pbs\n";

    private static readonly Authid Alice = Authid.Parse("alice@pbs");
    private static readonly AclPath A = AclPath.Parse("/datastore/a");

    private readonly TemporaryFolder _folder = new();
    private readonly AccessConfiguration _access;

    public AclUpdateTests()
    {
        Prepare(_folder);
        _access = new AccessConfiguration(new ConfigurationRoot(_folder.Root));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_added_and_removed_in_one_go()
    {
        AclTree tree = _access.Update(
            [
                new AclChange(A, Role.Parse("DatastoreAudit"), Alice, Delete: true),
                new AclChange(A, Role.Parse("DatastoreReader"), Alice, Propagate: false),
                new AclChange(AclPath.Root, Role.Parse("Audit"), Authid.Parse("alice@pbs!t")),
                new AclChange(AclPath.Parse("/gone"), Role.Admin, Authid.Parse("gone@pbs"), Delete: true),
            ],
            Authid.Root, _access.Load().Acl.Digest, TestContext.Current.CancellationToken);
        const string after = "acl:1:/:alice@pbs!t:Audit\nacl:0:/datastore/a:alice@pbs:DatastoreReader\n";
        Assert.Equal(after, Text());
        Assert.Equal(ConfigurationText.DigestOf(after), tree.Digest);
        Assert.Same(tree, _access.Load().Acl);
    }

    [Fact]
    public void A_user_changes_what_his_tokens_may()
    {
        _access.Update([new AclChange(A, Role.Parse("DatastoreAudit"), Authid.Parse("alice@pbs!t"))], Alice, null, TestContext.Current.CancellationToken);
        Assert.Equal("acl:1:/datastore/a:alice@pbs,alice@pbs!t:DatastoreAudit\n", Text());
        Assert.Throws<PbsPermissionException>(() => _access.Update([new AclChange(A, Role.Admin, Alice)], Alice, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Who_has_seen_another_state_is_told()
    {
        string digest = _access.Load().Acl.Digest;
        File.WriteAllText(_folder["acl.cfg"], "acl:1:/:alice@pbs:Audit\n");
        var error = Assert.Throws<PbsConflictException>(() => _access.Update([Grant("alice@pbs")], Authid.Root, digest, TestContext.Current.CancellationToken));
        Assert.Equal((PbsErrorId.ConfigurationModified, "detected modified configuration - file changed by other user? Try again."), (error.ErrorId, error.Message));
        Assert.Equal("acl:1:/:alice@pbs:Audit\n", Text());
    }

    [Theory]
    [InlineData("a,b@pbs")]
    [InlineData("x@pbs,alice@pbs")]
    [InlineData("@x@pbs")]
    public void What_PBS_would_read_back_as_something_else_is_refused(string authid)
    {
        var error = Assert.Throws<PbsArgumentException>(() => _access.Update([Grant(authid)], Authid.Root, null, TestContext.Current.CancellationToken));
        Assert.StartsWith("the entry cannot be written to acl.cfg - ", error.Message, StringComparison.Ordinal);
        Assert.Equal(Before, Text());
    }

    [Fact]
    public void A_wrong_change_takes_the_others_with_it()
    {
        Assert.Throws<PbsNotFoundException>(() => _access.Update([Grant("alice@pbs"), Grant("nobody@pbs")], Authid.Root, null, TestContext.Current.CancellationToken));
        Assert.Equal(Before, Text());
    }

    [Fact]
    public void A_damaged_file_is_left_as_it_is()
    {
        const string damaged = "acl:1:/:alice@pbs:Audit\n\nacl:1:/x:alice@pbs:Foo\n";
        File.WriteAllText(_folder["acl.cfg"], damaged);
        var error = Assert.Throws<PbsFormatException>(() => _access.Update([Grant("alice@pbs")], Authid.Root, null, TestContext.Current.CancellationToken));
        Assert.Equal($"unable to parse acl config \"{_folder["acl.cfg"]}\", line 3 - unknown role 'Foo'", error.Message);
        Assert.Equal(damaged, Text());
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void The_old_file_or_the_new_one_stands_whenever_it_ends(Fault fault)
    {
        const string after = "acl:1:/datastore/a:alice@pbs:DatastoreAudit\nacl:1:/datastore/n:alice@pbs:Audit\n";
        int changes = RecordedMutations.AtEachChange(
            fault,
            Prepare,
            (folder, mutations) => new AccessConfiguration(new ConfigurationRoot(folder.Root)).Update([Grant("alice@pbs")], Authid.Root, null, mutations, TestContext.Current.CancellationToken),
            (folder, done) =>
            {
                string text = File.ReadAllText(folder["acl.cfg"]);
                Assert.True(text == after || (!done && text == Before), text);
                Assert.Equal(text, new AccessConfiguration(new ConfigurationRoot(folder.Root)).Load().Acl.Write());
            });
        Assert.True(changes > 4);
    }

    [Fact]
    public void A_new_writer_waits_for_the_lock_of_another_process()
    {
        AtomicFileTests.NeedsLinux();
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "configuration", "Exclusive", _folder.Root, ConfigurationLock.AclFile));
        var waiting = new AccessConfiguration(new ConfigurationRoot(_folder.Root), new SteppedTime());
        var error = Assert.Throws<PbsLockedException>(() => waiting.Update([Grant("alice@pbs")], Authid.Root, null, TestContext.Current.CancellationToken));
        Assert.StartsWith($"Unable to acquire lock \"{_folder[".acl.lck"]}\" - ", error.Message, StringComparison.Ordinal);
        Assert.Equal(Before, Text());
    }

    [Fact]
    public async Task Two_processes_lose_no_update()
    {
        AtomicFileTests.NeedsLinux();
        const int each = 20;
        using var other = new SecondProcess();
        Task<string> theirs = Task.Run(() => other.Ask("grant", _folder.Root, "theirs", $"{each}"), TestContext.Current.CancellationToken);
        for (int i = 0; i < each; i++)
        {
            _access.Update([new AclChange(AclPath.Parse($"/datastore/ours{i}"), Role.Parse("Audit"), Alice)], Authid.Root, null, TestContext.Current.CancellationToken);
        }

        Assert.Equal("granted", await theirs);
        string[] paths = [.. _access.Load().Acl.Entries().Select(entry => entry.Path.Text)];
        Assert.Equal(1 + (2 * each), paths.Length);
        Assert.Equal(each, paths.Count(path => path.StartsWith("/datastore/theirs", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_changed_user_file_is_noticed()
    {
        AccessControl before = _access.Load();
        Assert.Same(before, _access.Load());
        File.WriteAllText(_folder["user.cfg"], "user: alice@pbs\n\tenable false\n");
        Assert.True(before.IsActive(Alice));
        Assert.False(_access.Load().IsActive(Alice));
        Assert.Same(before.Acl, _access.Load().Acl);
    }

    private static AclChange Grant(string authid) => new(AclPath.Parse("/datastore/n"), Role.Parse("Audit"), Authid.Parse(authid));

    private static void Prepare(TemporaryFolder folder)
    {
        File.WriteAllText(folder["acl.cfg"], Before);
        File.WriteAllText(folder["user.cfg"], Users);
    }

    private string Text() => File.ReadAllText(_folder["acl.cfg"]);
}
