using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Tests;

/// <summary>Removing snapshots and groups, and protecting them: what is left on the disk, and what an interruption leaves.</summary>
public sealed class RemovalTests
{
    private const string First = "vm/1/2024-05-01T10:00:00Z";
    private const string Second = "vm/1/2024-05-02T10:00:00Z";

    public RemovalTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void A_removed_snapshot_leaves_all_the_rest_as_it_was()
    {
        using GoldenStore golden = GoldenStore.Copy();
        (PbsEngine engine, DatastoreContext store) = Open(golden.Path);
        string[] before = Tree(golden.Path);
        foreach (string snapshot in (string[])["host/alpha/2024-10-27T01:30:00Z", "ns/a/host/beta/2024-07-01T00:00:00Z", "host/partial/2024-05-03T00:00:00Z"])
        {
            engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(snapshot), true, CancellationToken.None);
            before = [.. before.Where(path => path != snapshot && !path.StartsWith(snapshot + "/", StringComparison.Ordinal))];
            Assert.Equal(before, Tree(golden.Path));
        }
    }

    [Fact]
    public void The_last_snapshot_leaves_the_group_with_its_owner_and_notes()
    {
        using GoldenStore golden = GoldenStore.Copy();
        (PbsEngine engine, DatastoreContext store) = Open(golden.Path);
        File.WriteAllText(golden.PathOf("vm/100/notes"), "kept");
        foreach (SnapshotInfo snapshot in engine.Snapshots.List(store, new SnapshotQuery { Groups = [GroupPath.Parse("vm/100")] }, Assert.NotNull, CancellationToken.None).ToArray())
        {
            engine.Removal.RemoveSnapshot(store, ((ISnapshotItem)snapshot).Snapshot, true, CancellationToken.None);
        }

        Assert.Equal(["notes", "owner"], Names(golden.PathOf("vm/100")));
    }

    [Fact]
    public void A_removed_group_is_gone_with_everything_in_it()
    {
        using GoldenStore golden = GoldenStore.Copy();
        (PbsEngine engine, DatastoreContext store) = Open(golden.Path);
        string[] before = Tree(golden.Path);
        foreach ((string ns, string group, int snapshots) in ((string, string, int)[])[("", "vm/100", 2), ("", "host/partial", 4), ("", "host/empty-group", 0), ("a/b", "ct/101", 1)])
        {
            BackupNamespace place = BackupNamespace.Parse(ns);
            GroupRemovalPlan plan = engine.Removal.PlanGroupRemoval(store, place, GroupPath.Parse(group));
            Assert.Equal((snapshots, 0), (plan.Snapshots.Count, plan.Protected));
            engine.Removal.RemoveGroup(store, place, GroupPath.Parse(group), true, CancellationToken.None);
            string path = plan.Group;
            before = [.. before.Where(each => each != path && !each.StartsWith(path + "/", StringComparison.Ordinal))];
            Assert.Equal(before, Tree(golden.Path));
        }
    }

    [Fact]
    public void A_group_with_a_protected_snapshot_is_removed_in_part()
    {
        using GoldenStore golden = GoldenStore.Copy();
        (PbsEngine engine, DatastoreContext store) = Open(golden.Path);
        GroupPath alpha = GroupPath.Parse("host/alpha");
        string[] before = Tree(golden.Path);
        Action plans = () => engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, alpha);
        Action removes = () => engine.Removal.RemoveGroup(store, BackupNamespace.Root, alpha, true, CancellationToken.None);
        foreach (Action act in (Action[])[plans, removes])
        {
            var foreign = Assert.Throws<PbsConflictException>(act);
            Assert.Equal(PbsErrorId.ForeignContent, foreign.ErrorId);
            string folder = golden.PathOf("host/alpha/not-a-snapshot"), file = golden.PathOf("host/alpha/stray-file");
            Assert.EndsWith($": \"{folder}\" (a folder), \"{file}\" (a file)", foreign.Message, StringComparison.Ordinal);
            Assert.Equal(before, Tree(golden.Path));
        }

        Directory.Delete(golden.PathOf("host/alpha/not-a-snapshot"));
        File.Delete(golden.PathOf("host/alpha/stray-file"));
        GroupRemovalPlan plan = engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, alpha);
        Assert.Equal((4, 1), (plan.Snapshots.Count, plan.Protected));
        var refused = Assert.Throws<PbsConflictException>(() => engine.Removal.RemoveGroup(store, BackupNamespace.Root, alpha, true, CancellationToken.None));
        Assert.Equal(("group only partially deleted due to protected snapshots", PbsErrorId.GroupProtected), (refused.Message, refused.ErrorId));
        string kept = Assert.Single(engine.Snapshots.List(store, new SnapshotQuery { Groups = [alpha] }, Assert.NotNull, CancellationToken.None)).ToString();
        Assert.All(plan.Snapshots, snapshot => Assert.False(Directory.Exists(golden.PathOf(snapshot))));
        Assert.True(File.Exists(golden.PathOf("host/alpha/owner")) && File.Exists(golden.PathOf("host/alpha/notes")));

        Assert.Equal("cannot remove protected snapshot", Assert.Throws<PbsConflictException>(() => engine.Removal.CheckSnapshotRemoval(store, SnapshotPath.Parse(kept))).Message);
        Assert.Equal("cannot remove protected snapshot", Assert.Throws<PbsConflictException>(() => engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(kept), true, CancellationToken.None)).Message);
        Assert.False(engine.Protection.Set(store, SnapshotPath.Parse(kept), false, true, CancellationToken.None).Protected);
        engine.Removal.RemoveGroup(store, BackupNamespace.Root, alpha, true, CancellationToken.None);
        Assert.False(Directory.Exists(golden.PathOf("host/alpha")));
    }

    [Fact]
    public void Protection_is_an_empty_file_that_comes_and_goes()
    {
        using GoldenStore golden = GoldenStore.Copy();
        (PbsEngine engine, DatastoreContext store) = Open(golden.Path);
        SnapshotPath snapshot = SnapshotPath.Parse("vm/100/2024-05-04T00:00:02Z");
        snapshot = ((ISnapshotItem)engine.Snapshots.List(store, new SnapshotQuery { Groups = [snapshot.Group], Latest = 1 }, Assert.NotNull, CancellationToken.None).Single()).Snapshot;
        string marker = golden.PathOf($"{snapshot}/.protected");
        Assert.False(engine.Protection.Check(store, snapshot));
        foreach (bool again in (bool[])[false, true])
        {
            SnapshotInfo now = engine.Protection.Set(store, snapshot, true, true, CancellationToken.None);
            Assert.Equal((true, VerifyState.Ok, true), (now.Protected, now.VerifyState, now.Size > 0));
            Assert.Empty(File.ReadAllBytes(marker));
        }

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(marker));
        Assert.True(engine.Protection.Check(store, snapshot));
        foreach (bool again in (bool[])[false, true]) Assert.False(engine.Protection.Set(store, snapshot, false, true, CancellationToken.None).Protected);
        Assert.False(File.Exists(marker));
        SnapshotPath missing = snapshot with { Time = 1 };
        Assert.Equal("snapshot vm/100/1970-01-01T00:00:01Z does not exist!", Assert.Throws<PbsNotFoundException>(() => engine.Protection.Set(store, missing, true, true, CancellationToken.None)).Message);
        Assert.Throws<PbsNotFoundException>(() => engine.Removal.RemoveSnapshot(store, missing, true, CancellationToken.None));
        Assert.Throws<PbsNotFoundException>(() => engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/999"), true, CancellationToken.None));
    }

    [Fact]
    public void A_group_whose_snapshots_cannot_be_listed_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        File.WriteAllText(folder[$"store/{Second}/.protected"], "");
        string[] before = Tree(folder["store"]);
        int failures = 0;
        var folders = new FaultyFolders((call, path) => call == FolderCall.List && path == folder["store/vm/1"] && failures-- > 0 ? OsError.EIO : 0);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"], folders: folders);
        foreach (Action act in (Action[])
                 [
                     () => engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, GroupPath.Parse("vm/1")),
                     () => engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/1"), true, CancellationToken.None),
                 ])
        {
            // Once: what fails for a moment must not make a group look empty.
            failures = 1;
            Assert.Equal($"unable to read folder \"{folder["store/vm/1"]}\" - Input/output error (os error 5)", Assert.Throws<PbsStorageException>(act).Message);
            Assert.Equal(before, Tree(folder["store"]));
        }
    }

    [Theory]
    [InlineData("2024-05-02T10\uF02200\uF02200Z")]
    [InlineData("2024-02-30T10:00:00Z")]
    [InlineData("kept")]
    public void Whatever_carries_the_marker_in_a_group_stays(string name)
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        Directory.Move(folder[$"store/{Second}"], folder[$"store/vm/1/{name}"]);
        File.WriteAllText(folder[$"store/vm/1/{name}/.protected"], "");
        if (name.Contains('\uF022')) Directory.CreateDirectory(folder[$"store/{Second}"]);
        string[] before = Tree(folder["store"]);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"]);
        var refused = Assert.Throws<PbsConflictException>(() => engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/1"), true, CancellationToken.None));
        Assert.Equal(PbsErrorId.ForeignContent, refused.ErrorId);
        Assert.Contains(PathText.Quote(folder[$"store/vm/1/{name}"]), refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree(folder["store"]));
    }

    [Fact]
    public void A_snapshot_that_nobody_has_agreed_to_remove_is_not_removed_with_its_group()
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"]);
        GroupRemovalPlan plan = engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, GroupPath.Parse("vm/1"));
        string late = Directory.CreateDirectory(folder["store/vm/1/2024-05-04T10:00:00Z"]).FullName;
        string[] before = Tree(folder["store"]);
        var refused = Assert.Throws<PbsConflictException>(() => engine.Removal.RemoveGroup(store, plan, true, CancellationToken.None));
        Assert.Equal((PbsErrorId.GroupChanged, "snapshot 'vm/1/2024-05-04T10:00:00Z' was not there, or was protected, when the removal of its group was planned"), (refused.ErrorId, refused.Message));
        Assert.Equal(before, Tree(folder["store"]));
        Directory.Delete(late);
        Directory.Delete(folder[$"store/{First}"], recursive: true);
        engine.Removal.RemoveGroup(store, plan, true, CancellationToken.None);
        Assert.False(Directory.Exists(folder["store/vm/1"]));
    }

    [Fact]
    public void A_snapshot_that_cannot_be_looked_into_keeps_its_manifest()
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        string[] before = Tree(folder["store"]);
        var folders = new FaultyFolders((call, path) => call == FolderCall.List && path == folder[$"store/{First}"] ? OsError.EIO : 0);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"], folders: folders);
        var failure = Assert.Throws<PbsStorageException>(() => engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(First), true, CancellationToken.None));
        Assert.StartsWith($"removing backup snapshot \"{folder[$"store/{First}"]}\" failed - ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree(folder["store"]));
    }

    [Fact]
    public void The_marker_counts_that_lies_in_what_is_locked()
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        var store = Datastore.Open(folder["store"], "store", FolderAccess.Default);
        var locks = new DatastoreLocks(store.Path, null, folder["run"], FileMutations.Default, TimeProvider.System);
        using NamespaceFolder root = NamespaceFolder.Open(store, BackupNamespace.Root);
        using GroupFolder group = new GroupWalk().Run(root, [], static _ => true).Single().Item!;

        // Removed and written again, by a sync for instance, since the group was opened.
        Directory.Delete(folder["store/vm/1"], recursive: true);
        Prepare(folder);
        File.WriteAllText(folder[$"store/{First}/.protected"], "");
        SnapshotPath first = SnapshotPath.Parse(First);
        var removal = new SnapshotRemoval(store, locks, FileMutations.Default);
        Assert.ThrowsAny<PbsException>(() =>
            removal.RemoveSnapshot(group, new TimeFolder(first.Time, 0), agreed: null, CancellationToken.None));
        Assert.ThrowsAny<PbsException>(() => removal.RemoveGroup(group, agreed: null, CancellationToken.None));
        Assert.True(File.Exists(folder[$"store/{First}/index.json.blob"]));
    }

    [Theory]
    [InlineData("group", "vm/1", "possible running backup", true, false, true)]
    [InlineData("snapshot", Second, "possibly running or in use", false, true, true)]
    public void What_is_in_use_is_left(string what, string path, string reason, bool removes, bool removesGroup, bool secondStays)
    {
        using var folder = new TemporaryFolder();
        Prepare(folder);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"]);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", what, "flock", "Shared", folder[$"store/{path}"]));
        string? refusal = Refusal(() => engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/1"), true, CancellationToken.None));
        Assert.EndsWith($" - {reason}", refusal, StringComparison.Ordinal);
        Assert.Equal(removesGroup, !Directory.Exists(folder[$"store/{First}"]));
        Assert.Equal(removes, Refusal(() => engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Second), true, CancellationToken.None)) is null);
        Assert.Equal(secondStays && !removes, Directory.Exists(folder[$"store/{Second}"]));
        if (!removes) Assert.EndsWith($" - {reason}", Refusal(() => engine.Protection.Set(store, SnapshotPath.Parse(Second), true, true, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_locks_cannot_be_seen_it_takes_force()
    {
        if (Directory.Exists(new ConnectionOptions().RunRoot)) Skip.Because("this machine is a server");
        using var folder = new TemporaryFolder();
        Prepare(folder);
        (PbsEngine engine, DatastoreContext store) = Open(folder["store"]);
        SnapshotPath snapshot = SnapshotPath.Parse(First);
        foreach (Action act in (Action[])
                 [
                     () => engine.Removal.RemoveSnapshot(store, snapshot, false, CancellationToken.None),
                     () => engine.Removal.RemoveGroup(store, BackupNamespace.Root, snapshot.Group, false, CancellationToken.None),
                     () => engine.Protection.Set(store, snapshot, true, false, CancellationToken.None),
                     () => Pruning.Run(engine, store, Pruning.One("vm/1"), new KeepOptions { Last = 1 }),
                 ])
        {
            Assert.Equal(PbsErrorId.LocksNotVisible, Assert.Throws<PbsLockedException>(act).ErrorId);
        }

        Assert.True(Directory.Exists(folder[$"store/{First}"]));
    }

    [Theory]
    [InlineData(Fault.Killed, false)]
    [InlineData(Fault.Killed, true)]
    [InlineData(Fault.DiskFull, false)]
    [InlineData(Fault.DiskFull, true)]
    internal void A_prune_that_ends_anywhere_leaves_whole_or_unfinished_snapshots_and_can_be_repeated(Fault fault, bool onServer)
    {
        int changes = AtEachChange(
            fault, onServer,
            (engine, store) => Pruning.Run(engine, store, Pruning.One("vm/1"), new KeepOptions { Last = 1 }, force: true),
            folder => Assert.True(File.Exists(folder["store/vm/1/2024-05-03T10:00:00Z/index.json.blob"])),
            folder => Assert.Equal(["2024-05-03T10:00:00Z", "notes", "owner"], Names(folder["store/vm/1"])));
        Assert.True(changes >= 8);
    }

    [Theory]
    [InlineData(Fault.Killed, false)]
    [InlineData(Fault.Killed, true)]
    [InlineData(Fault.DiskFull, false)]
    internal void A_removal_that_ends_anywhere_leaves_whole_or_unfinished_snapshots_and_can_be_repeated(Fault fault, bool onServer)
    {
        int changes = AtEachChange(
            fault, onServer,
            (engine, store) =>
            {
                if (Directory.Exists(Path.Combine(store.Path, First))) engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(First), true, CancellationToken.None);
            },
            folder => Assert.True(File.Exists(folder[$"store/{Second}/index.json.blob"])),
            folder => Assert.Equal(["2024-05-02T10:00:00Z", "2024-05-03T10:00:00Z", "notes", "owner"], Names(folder["store/vm/1"])));
        Assert.True(changes >= 4);
    }

    [Theory]
    [InlineData(Fault.Killed, false)]
    [InlineData(Fault.Killed, true)]
    [InlineData(Fault.DiskFull, false)]
    internal void A_removal_of_a_group_that_ends_anywhere_can_be_repeated(Fault fault, bool onServer)
    {
        int changes = AtEachChange(
            fault, onServer,
            (engine, store) =>
            {
                if (Directory.Exists(Path.Combine(store.Path, "vm/1"))) engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse("vm/1"), true, CancellationToken.None);
            },
            folder =>
            {
                // A group with snapshots in it and no owner would be one that nobody sees.
                if (Directory.EnumerateDirectories(folder["store/vm"], "2024*", SearchOption.AllDirectories).Any()) Assert.True(File.Exists(folder["store/vm/1/owner"]));
            },
            folder => Assert.False(Directory.Exists(folder["store/vm/1"])),
            folder => File.WriteAllText(folder["store/vm/1/notes.tmp_aB3xY9"], "half"));
        Assert.True(changes >= 13);
    }

    [Theory]
    [InlineData(Fault.Killed, true)]
    [InlineData(Fault.DiskFull, true)]
    [InlineData(Fault.Killed, false)]
    internal void A_change_of_protection_that_ends_anywhere_can_be_repeated(Fault fault, bool isProtected) => AtEachChange(
        fault, isProtected,
        (engine, store) => engine.Protection.Set(store, SnapshotPath.Parse(First), isProtected, true, CancellationToken.None),
        folder => Assert.True(File.Exists(folder[$"store/{First}/index.json.blob"])),
        folder => Assert.Equal(isProtected, File.Exists(folder[$"store/{First}/.protected"])),
        folder =>
        {
            if (!isProtected) File.WriteAllText(folder[$"store/{First}/.protected"], "");
        });

    private static int AtEachChange(
        Fault fault, bool onServer, Action<PbsEngine, DatastoreContext> act, Action<TemporaryFolder> checkAlways, Action<TemporaryFolder> checkEnd, Action<TemporaryFolder>? prepare = null) => RecordedMutations.AtEachChange(
        fault,
        folder =>
        {
            Prepare(folder);
            prepare?.Invoke(folder);
        },
        (folder, mutations) =>
        {
            (PbsEngine engine, DatastoreContext store) = onServer ? OpenOnServer(folder, mutations) : Open(folder["store"], mutations);
            act(engine, store);
        },
        (folder, done) =>
        {
            foreach (string manifest in Directory.EnumerateFiles(folder["store"], "index.json.blob", SearchOption.AllDirectories))
            {
                string[] names = Names(Path.GetDirectoryName(manifest)!);
                Assert.Equal(["a.fidx", "b.fidx", "index.json.blob"], names.Except([".protected"]));
            }

            checkAlways(folder);
            (PbsEngine engine, DatastoreContext store) = onServer ? OpenOnServer(folder, FileMutations.Default) : Open(folder["store"]);
            act(engine, store);
            checkEnd(folder);
        });

    private static void Prepare(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["store/.chunks"]);
        foreach (string snapshot in (string[])[First, Second, "vm/1/2024-05-03T10:00:00Z"])
        {
            string path = Directory.CreateDirectory(folder[$"store/{snapshot}"]).FullName;
            foreach (string name in (string[])["index.json.blob", "a.fidx", "b.fidx"]) File.WriteAllText(Path.Combine(path, name), "x");
        }

        File.WriteAllText(folder["store/vm/1/owner"], "root@pam\n");
        File.WriteAllText(folder["store/vm/1/notes"], "notes");
    }

    private static (PbsEngine, DatastoreContext) Open(string path, IFileMutations? mutations = null, FolderAccess? folders = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations ?? FileMutations.Default, Folders = folders ?? FolderAccess.Default });
        return (engine, engine.Resolver.ResolvePath(path));
    }

    /// <summary>With a run directory, and so with PBS's lock files and its count of active operations.</summary>
    private static (PbsEngine, DatastoreContext) OpenOnServer(TemporaryFolder folder, IFileMutations mutations)
    {
        foreach (string name in (string[])["etc", "run"]) Directory.CreateDirectory(folder[name]);
        File.WriteAllText(folder["etc/datastore.cfg"], $"datastore: main\n\tpath {folder["store"]}\n");
        var options = new ConnectionOptions { ConfigRoot = folder["etc"], StateRoot = folder["lib"], LogRoot = folder["log"], RunRoot = folder["run"] };
        PbsEngine engine = new PbsEngine(Connection.Local(options), new EngineOptions { Mutations = mutations });
        return (engine, engine.Resolver.Resolve("main"));
    }

    private static string[] Tree(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];

    private static string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string? Refusal(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }
}
