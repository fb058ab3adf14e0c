using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Changes of a group's owner and notes beside backups and removals. PBS takes the group's lock for them since 3.3.5
/// (owner, api2/admin/datastore.rs) and 4.0.19 (notes, pbs-datastore datastore.rs).
/// </summary>
public sealed class GroupChangeLockTests : IDisposable
{
    private const string Snapshot = "vm/1/2024-05-01T10:00:00Z";

    private static readonly GroupPath Group = GroupPath.Parse("vm/1");

    private readonly TemporaryFolder _folder = new();

    public GroupChangeLockTests()
    {
        AtomicFileTests.NeedsLinux();
        foreach (string name in (string[])["store/.chunks", "etc", "run"]) Directory.CreateDirectory(_folder[name]);
        Lay();
        File.WriteAllText(_folder["etc/datastore.cfg"], $"datastore: main\n\tpath {_folder["store"]}\n");
        File.WriteAllText(_folder["etc/user.cfg"], "user: a@pbs\n\nuser: b@pbs\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("4.2.3", false, true)]
    [InlineData("3.3.5", false, true)]
    [InlineData("4.2.3", true, false)]
    [InlineData("3.2.4", false, false)]
    [InlineData(null, false, false)]
    public void A_change_waits_for_no_backup_where_the_server_locks_groups_for_it(
        string? release, bool isOldLocking, bool isRefused)
    {
        if (isOldLocking) File.WriteAllText(_folder["run/old-locking"], "");
        (PbsEngine engine, DatastoreContext store) = Open(release);
        var locks = new DatastoreLocks(
            _folder["store"], "main", _folder["run"], FileMutations.Default, TimeProvider.System);
        using (locks.Group(BackupNamespace.Root, Group, _folder["store/vm/1"], LockMode.Exclusive, "busy"))
        {
            string? owner = Refusal(() => engine.Owner.Change(
                store, BackupNamespace.Root, Group, Authid.Parse("a@pbs"), false, CancellationToken.None));
            string? note = Refusal(() => engine.Notes.SetGroupNote(
                store, BackupNamespace.Root, Group, "new", false, CancellationToken.None));
            string? expected = isRefused ? PbsErrorId.GroupLocked : null;
            Assert.Equal((expected, expected), (owner, note));
        }

        Assert.Equal(isRefused ? "root@pam\n" : "a@pbs\n", File.ReadAllText(_folder["store/vm/1/owner"]));
        Assert.Equal(isRefused ? "old" : "new", File.ReadAllText(_folder["store/vm/1/notes"]));
        if (isRefused) engine.Notes.SetGroupNote(store, BackupNamespace.Root, Group, "new", false, CancellationToken.None);
        Assert.Equal("new", File.ReadAllText(_folder["store/vm/1/notes"]));
    }

    [Fact]
    public void An_owner_that_changed_meanwhile_is_not_changed_again()
    {
        bool isChanged = false;
        var mutations = new RecordedMutations
        {
            Before = _ =>
            {
                // The first change after the operation is counted makes the lock file: the owner has been read.
                if (isChanged || !File.Exists(_folder["run/active-operations/main"])) return;
                isChanged = true;
                File.WriteAllText(_folder["store/vm/1/owner"], "b@pbs\n");
            },
        };
        (PbsEngine engine, DatastoreContext store) = Open("4.2.3", mutations);
        string? refusal = Refusal(() => engine.Owner.Change(
            store, BackupNamespace.Root, Group, Authid.Parse("a@pbs"), false, CancellationToken.None));
        Assert.True(isChanged);
        Assert.Equal(PbsErrorId.OwnerChanged, refusal);
        Assert.Equal("b@pbs\n", File.ReadAllText(_folder["store/vm/1/owner"]));
    }

    [Fact]
    public void Changes_at_every_step_of_a_removal_leave_no_group_without_an_owner()
    {
        int steps = 1, changes = 0;
        for (int at = 1; at <= steps; at++)
        {
            if (!Directory.Exists(_folder[$"store/{Snapshot}"])) Lay();
            Directory.Delete(_folder["run"], true);
            Directory.CreateDirectory(_folder["run"]);
            int last = 0;
            var mutations = new RecordedMutations
            {
                Before = n =>
                {
                    last = n;

                    // Not while the removal counts itself, which others wait for.
                    if (n != at || !Directory.Exists(_folder["run/locks/main"]) || !Directory.Exists(_folder["store/vm/1"])) return;
                    changes++;
                    (PbsEngine other, DatastoreContext same) = Open("4.2.3");
                    Refusal(() => other.Notes.SetGroupNote(
                        same, BackupNamespace.Root, Group, "meanwhile", false, CancellationToken.None));
                    Refusal(() => other.Owner.Change(
                        same, BackupNamespace.Root, Group, Authid.Parse("a@pbs"), false, CancellationToken.None));
                },
            };
            (PbsEngine engine, DatastoreContext store) = Open("4.2.3", mutations);
            Assert.True(engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Snapshot), false, CancellationToken.None));
            Assert.False(Directory.Exists(_folder["store/vm/1"]));
            steps = last;
        }

        Assert.True(changes >= 6);
    }

    private void Lay()
    {
        Directory.CreateDirectory(_folder[$"store/{Snapshot}"]);
        File.WriteAllText(_folder[$"store/{Snapshot}/index.json.blob"], "x");
        File.WriteAllText(_folder["store/vm/1/owner"], "root@pam\n");
        File.WriteAllText(_folder["store/vm/1/notes"], "old");
    }

    private (PbsEngine, DatastoreContext) Open(string? release, IFileMutations? mutations = null)
    {
        var options = new ConnectionOptions
        {
            ConfigRoot = _folder["etc"],
            StateRoot = _folder["lib"],
            LogRoot = _folder["log"],
            RunRoot = _folder["run"],
            Release = release is null ? null : ServerRelease.Parse(release),
        };
        var engine = new PbsEngine(
            Connection.Local(options), new EngineOptions { Mutations = mutations ?? FileMutations.Default });
        return (engine, engine.Resolver.Resolve("main"));
    }

    private static string? Refusal(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (PbsException e)
        {
            return e.ErrorId;
        }
    }
}
