using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>
/// What becomes of a group with its last snapshot: removed since 3.3.5, unless the older lock scheme is in force, a
/// backup of the group runs, or its folder contains something else.
/// </summary>
public sealed class EmptyGroupTests
{
    private const string First = "vm/1/2024-05-01T10:00:00Z";
    private const string Second = "vm/1/2024-05-02T10:00:00Z";
    private const string Marker = "run/old-locking";

    private static readonly ServerRelease New = new(4, 2, 3);

    public EmptyGroupTests() => AtomicFileTests.NeedsLinux();

    [Theory]
    [InlineData("4.2.3", false, true)]
    [InlineData("3.3.5", false, true)]
    [InlineData("3.3.4", false, false)]
    [InlineData("4.2.3", true, false)]
    [InlineData(null, false, false)]
    public void A_group_goes_with_its_last_snapshot_where_the_server_does_so(string? release, bool isOldLocking, bool goes)
    {
        using var folder = Prepared();
        if (isOldLocking) File.WriteAllText(folder[Marker], "");
        Remove(folder, release is null ? null : ServerRelease.Parse(release), First);
        Assert.Equal(["2024-05-02T10:00:00Z", "notes", "owner"], Names(folder["store/vm/1"]));
        Remove(folder, release is null ? null : ServerRelease.Parse(release), Second);
        Assert.Equal(!goes, Directory.Exists(folder["store/vm/1"]));
        if (goes) Assert.False(File.Exists(folder["run/locks/main/vm-1"]));
        else Assert.Equal(["notes", "owner"], Names(folder["store/vm/1"]));
        Assert.True(Directory.Exists(folder["store/vm"]));
    }

    [Fact]
    public void A_group_stays_where_the_scheme_cannot_be_seen()
    {
        using var folder = Prepared();
        Directory.Delete(folder["run"], true);
        Remove(folder, New, First, Second);
        Assert.Equal(["notes", "owner"], Names(folder["store/vm/1"]));
    }

    [Theory]
    [InlineData("something")]
    [InlineData("owner.tmp_aB3xY9")]
    [InlineData("notes.tmp_aB3xY9")]
    [InlineData("2024-05-09T10:00:00Z/index.json.blob")]
    [InlineData("2024-05-09T10:00:00Z/.protected")]
    public void A_group_with_anything_else_in_it_stays_whole(string path)
    {
        using var folder = Prepared();
        string full = folder[$"store/vm/1/{path}"];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "x");
        Remove(folder, New, First, Second);
        Assert.Equal(new[] { path.Split('/')[0], "notes", "owner" }.Order(StringComparer.Ordinal), Names(folder["store/vm/1"]));
        Assert.True(File.Exists(full));
    }

    [Fact]
    public void A_busy_group_is_left_without_an_error()
    {
        using var folder = Prepared();
        Remove(folder, New, First);
        var locks = new DatastoreLocks(folder["store"], "main", folder["run"], FileMutations.Default, TimeProvider.System);
        using (locks.Group(BackupNamespace.Root, GroupPath.Parse("vm/1"), folder["store/vm/1"], LockMode.Exclusive, "busy"))
        {
            Remove(folder, New, Second);
        }

        Assert.Equal(["notes", "owner"], Names(folder["store/vm/1"]));
    }

    [Fact]
    public void A_group_that_another_removal_has_taken_away_is_no_error()
    {
        using var folder = Prepared();
        Remove(folder, New, First);
        var mutations = new RecordedMutations
        {
            Before = _ =>
            {
                if (!Directory.Exists(folder[$"store/{Second}"]) && Directory.Exists(folder["store/vm/1"])) Directory.Delete(folder["store/vm/1"], true);
            },
        };
        (PbsEngine engine, DatastoreContext store) = Open(folder, New, mutations);
        Assert.False(engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Second), true, CancellationToken.None));
        Assert.False(Directory.Exists(folder["store/vm/1"]));
    }

    [Fact]
    public void A_group_whose_lock_cannot_be_made_stays_without_an_error()
    {
        using var folder = Prepared();
        Remove(folder, New, First);

        // The lock file of the group is a folder.
        File.Delete(folder["run/locks/main/vm-1"]);
        Directory.CreateDirectory(folder["run/locks/main/vm-1"]);
        Remove(folder, New, Second);
        Assert.False(Directory.Exists(folder[$"store/{Second}"]));
        Assert.Equal(["notes", "owner"], Names(folder["store/vm/1"]));
    }

    [Fact]
    public async Task Removals_side_by_side_fail_at_nothing_and_leave_no_group_without_an_owner()
    {
        for (int round = 0; round < 60; round++)
        {
            using var folder = Prepared();
            Task[] both = [.. new[] { First, Second }.Select(snapshot => Task.Run(() => Remove(folder, New, snapshot)))];
            await Task.WhenAll(both);
            Assert.Equal(File.Exists(folder["store/vm/1/owner"]), Directory.Exists(folder["store/vm/1"]));
            Assert.False(Directory.Exists(folder[$"store/{First}"]) || Directory.Exists(folder[$"store/{Second}"]));
        }
    }

    [Fact]
    public void The_caller_is_told_when_the_group_goes()
    {
        using var folder = Prepared();
        (PbsEngine engine, DatastoreContext store) = Open(folder, New);
        Assert.False(engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(First), false, CancellationToken.None));
        Assert.True(engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Second), false, CancellationToken.None));
    }

    [Fact]
    public void A_backup_that_begins_after_the_last_look_keeps_its_owner()
    {
        using var folder = Prepared();
        Remove(folder, New, First);
        string came = folder["store/vm/1/2024-05-09T10:00:00Z"];

        // Something that takes no lock puts a folder into the group just before the group's own folder is removed.
        var mutations = new RecordedMutations
        {
            Before = _ =>
            {
                if (!File.Exists(folder["store/vm/1/owner"])) Directory.CreateDirectory(came);
            },
        };
        var error = Assert.Throws<PbsStorageException>(() => Remove(folder, New, mutations, Second));
        Assert.Equal(PbsErrorId.GroupUnremovable, error.ErrorId);
        Assert.Equal("root@pam\n", File.ReadAllText(folder["store/vm/1/owner"]));
        Assert.True(Directory.Exists(came));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.DiskFull)]
    internal void A_removal_that_ends_anywhere_leaves_a_group_that_takes_backups_and_can_be_repeated(Fault fault)
    {
        int ownerless = 0;
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Prepare(folder);
                Remove(folder, New, First);
            },
            (folder, mutations) => Remove(folder, New, mutations, Second),
            (folder, done) =>
            {
                if (Directory.Exists(folder["store/vm/1"]) && !File.Exists(folder["store/vm/1/owner"]))
                {
                    // It is shown with its problem, and can be removed.
                    ownerless++;
                    (PbsEngine engine, DatastoreContext store) = Open(folder, New);
                    GroupInfo left = Assert.Single(engine.Groups.List(store, new GroupQuery { Force = true }, static _ => { }, CancellationToken.None));
                    Assert.NotNull(left.Problem);
                    engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/1"), false, CancellationToken.None);
                    Assert.False(Directory.Exists(folder["store/vm/1"]));
                }

                if (File.Exists(folder[$"store/{Second}/index.json.blob"])) Assert.Equal(["a.fidx", "b.fidx", "index.json.blob"], Names(folder[$"store/{Second}"]));
                if (Directory.Exists(folder[$"store/{Second}"])) Remove(folder, New, Second);
            });
        Assert.True(changes >= 8);

        // A kill between the last two system calls leaves it, in PBS as well.
        Assert.Equal(fault == Fault.Killed ? 1 : 0, ownerless);
    }

    [Theory]
    [InlineData("4.0.17", true)]
    [InlineData("4.0.16", false)]
    [InlineData(null, false)]
    public void Empty_groups_are_listed_as_the_server_lists_them(string? release, bool isListed)
    {
        using var folder = Prepared();
        Directory.CreateDirectory(folder["store/ct/7"]);
        File.WriteAllText(folder["store/ct/7/owner"], "root@pam\n");
        (PbsEngine engine, DatastoreContext store) = Open(folder, release is null ? null : ServerRelease.Parse(release));
        GroupInfo[] groups = [.. engine.Groups.List(store, new GroupQuery(), Assert.NotNull, CancellationToken.None)];
        Assert.Equal(isListed ? ["ct/7", "vm/1"] : ["vm/1"], groups.Select(group => group.ToString()));
        if (isListed) Assert.Equal((null, 0), (groups[0].LastBackup, groups[0].BackupCount));
    }

    [Theory]
    [InlineData("index.json.tmp_aB3xY9")]
    [InlineData("index.json.blob.tmp_aB3xY9")]
    public void Temporary_files_of_either_naming_go_with_their_snapshot_and_finish_none(string name)
    {
        using var folder = Prepared();
        File.Move(folder[$"store/{First}/index.json.blob"], folder[$"store/{First}/{name}"]);
        (PbsEngine engine, DatastoreContext store) = Open(folder, New);
        SnapshotInfo first = engine.Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None).Single(snapshot => snapshot.ToString() == First);
        Assert.False(first.Finished);
        Remove(folder, New, First);
        Assert.False(Directory.Exists(folder[$"store/{First}"]));
    }

    private static TemporaryFolder Prepared()
    {
        var folder = new TemporaryFolder();
        Prepare(folder);
        return folder;
    }

    private static void Prepare(TemporaryFolder folder)
    {
        foreach (string name in (string[])["store/.chunks", "etc", "run"]) Directory.CreateDirectory(folder[name]);
        foreach (string snapshot in (string[])[First, Second])
        {
            string path = Directory.CreateDirectory(folder[$"store/{snapshot}"]).FullName;
            foreach (string name in (string[])["index.json.blob", "a.fidx", "b.fidx"]) File.WriteAllText(Path.Combine(path, name), "x");
        }

        File.WriteAllText(folder["store/vm/1/owner"], "root@pam\n");
        File.WriteAllText(folder["store/vm/1/notes"], "notes");
        File.WriteAllText(folder["etc/datastore.cfg"], $"datastore: main\n\tpath {folder["store"]}\n");
    }

    private static void Remove(TemporaryFolder folder, ServerRelease? release, params string[] snapshots) =>
        Remove(folder, release, FileMutations.Default, snapshots);

    private static void Remove(TemporaryFolder folder, ServerRelease? release, IFileMutations mutations, params string[] snapshots)
    {
        (PbsEngine engine, DatastoreContext store) = Open(folder, release, mutations);
        foreach (string snapshot in snapshots) engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(snapshot), true, CancellationToken.None);
    }

    private static (PbsEngine, DatastoreContext) Open(TemporaryFolder folder, ServerRelease? release, IFileMutations? mutations = null)
    {
        var options = new ConnectionOptions { ConfigRoot = folder["etc"], StateRoot = folder["lib"], LogRoot = folder["log"], RunRoot = folder["run"], Release = release };
        var engine = new PbsEngine(Connection.Local(options), new EngineOptions { Mutations = mutations ?? FileMutations.Default });
        return (engine, engine.Resolver.Resolve("main"));
    }

    private static string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
