using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Tests;

/// <summary>
/// What may come between a plan and its removal, and what lies in the way of one: nothing goes that was not shown.
/// </summary>
public sealed class RemovalForeignTests : IDisposable
{
    private const string Group = "vm/1";
    private const string First = "2024-05-01T10:00:00Z";
    private const string Second = "2024-05-02T10:00:00Z";
    private const string Third = "2024-05-03T10:00:00Z";

    private readonly StoreOnDisk _disk = new();

    public RemovalForeignTests()
    {
        AtomicFileTests.NeedsLinux();
        _disk.AddGroup(Group);
        foreach (string time in (string[])[First, Second]) _disk.AddSnapshot(Group, time);
    }

    public void Dispose() => _disk.Dispose();

    [Theory]
    [InlineData(Group)]
    [InlineData($"{Group}/{First}")]
    [InlineData($"{Group}/{First}/root.pxar.didx")]
    [InlineData($"{Group}/owner")]
    [InlineData($"{Group}/{First}/mounted")]
    public void Nothing_is_removed_where_something_is_mounted(string place)
    {
        string at = _disk.PathOf(place),
            outside = Directory.CreateDirectory(Path.Combine(_disk.Parent, "outside")).FullName;
        bool isFile = File.Exists(at);
        if (!isFile) Directory.CreateDirectory(at);

        // Its own content, so that nothing but the mount is odd; of a folder that was made for it, somebody else's.
        string from = isFile || place.EndsWith("mounted", StringComparison.Ordinal) ? Path.Combine(outside, "precious")
            : at;
        if (isFile) File.Copy(at, from);
        else if (from != at) File.WriteAllText(Path.Combine(Directory.CreateDirectory(from).FullName, "only copy"),
            "x");
        using MountedFolder mount = MountedFolder.Bind(from, at);
        string[] before = Tree();
        DemandRefused(at, place == Group || place.EndsWith("owner", StringComparison.Ordinal));
        Assert.Equal(before, Tree());
    }

    [Theory]
    [InlineData("ns/a/ns")]
    [InlineData("ns/a/ns/b")]
    [InlineData("ns/a/vm")]
    [InlineData("ns/a/vm/1")]
    public void No_namespace_is_removed_where_something_is_mounted(string place)
    {
        _disk.AddGroup("ns/a/vm/1");
        _disk.AddSnapshot("ns/a/vm/1", First);
        Directory.CreateDirectory(_disk.PathOf("ns/a/ns/b"));
        string[] before = Tree();
        var folders = new FaultyFolders((_, _) => 0) { IsMounted = path => path == _disk.PathOf(place) };
        PbsEngine engine = Open(out DatastoreContext store, folders: folders);
        var refused = Assert.Throws<PbsConflictException>(() =>
            engine.NamespaceChanges.Remove(store, BackupNamespace.Parse("a"), true, true, CancellationToken.None));
        Assert.Equal(PbsErrorId.ForeignContent, refused.ErrorId);
        Assert.Contains($"\"{_disk.PathOf(place)}\" (a mount point)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    [Theory]
    [InlineData("finished")]
    [InlineData("replaced")]
    [InlineData("new")]
    [InlineData("folder")]
    [InlineData("file")]
    public void What_happens_to_a_group_after_its_plan_refuses_the_removal(string what)
    {
        File.Delete(_disk.PathOf($"{Group}/{Second}/index.json.blob"));
        PbsEngine engine = Open(out DatastoreContext store);
        GroupRemovalPlan plan = engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, GroupPath.Parse(Group));
        Change(what);
        string[] before = Tree();
        var refused = Assert.Throws<PbsConflictException>(() =>
            engine.Removal.RemoveGroup(store, plan, true, CancellationToken.None));
        Assert.Equal(what is "folder" or "file" ? PbsErrorId.ForeignContent : PbsErrorId.GroupChanged, refused.ErrorId);
        Assert.Equal(before, Tree());
    }

    [Theory]
    [InlineData("new")]
    [InlineData("folder")]
    [InlineData("file")]
    [InlineData("protected")]
    public void What_comes_while_a_group_is_removed_stays_with_the_group_and_its_owner(string what)
    {
        bool isChanged = false;
        var mutations = new RecordedMutations
        {
            Before = n =>
            {
                if (n != 3) return;
                isChanged = true;
                Change(what);
            },
        };
        PbsEngine engine = Open(out DatastoreContext store, mutations);
        Assert.Throws<PbsConflictException>(() =>
            engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse(Group), true, CancellationToken.None));
        Assert.True(isChanged);
        string came = what switch { "new" => $"{Third}/index.json.blob", "protected" => $"{Second}/.protected",
            "folder" => "late/only copy", _ => "late" };
        Assert.True(File.Exists(_disk.PathOf($"{Group}/{came}")));
        Assert.True(File.Exists(_disk.PathOf($"{Group}/owner")));
        if (what == "protected") Assert.True(File.Exists(_disk.PathOf($"{Group}/{Second}/index.json.blob")));
    }

    [Fact]
    public void What_comes_into_a_snapshot_while_it_is_removed_stays()
    {
        string late = _disk.PathOf($"{Group}/{First}/late");
        var mutations = new RecordedMutations { Before = n =>
            { if (n == 2) File.WriteAllText(Path.Combine(Directory.CreateDirectory(late).FullName, "only copy"),
            "x"); } };
        PbsEngine engine = Open(out DatastoreContext store, mutations);
        Assert.Throws<PbsStorageException>(() =>
            engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse($"{Group}/{First}"), true, CancellationToken.None));
        Assert.Equal(["late", "late/only copy"],
            Tree().Where(path => path.StartsWith($"{Group}/{First}/", StringComparison.Ordinal)).Select(path =>
            path[($"{Group}/{First}/".Length)..]));
    }

    [Fact]
    public void An_unfinished_snapshot_that_was_finished_since_its_prune_was_planned_stays()
    {
        File.Delete(_disk.PathOf($"{Group}/{First}/index.json.blob"));
        _disk.AddSnapshot(Group, Third);
        PbsEngine engine = Open(out DatastoreContext store);
        PrunePlanInfo[] plan = Pruning.Planned(engine, store, Pruning.One(Group), new KeepOptions { Last = 1 });
        File.WriteAllText(_disk.PathOf($"{Group}/{First}/index.json.blob"), "x");
        Pruning done = Pruning.Run(engine, store, new PruneOrder(plan) { IsOfGroup = true }, force: true);
        Assert.True(File.Exists(_disk.PathOf($"{Group}/{First}/index.json.blob")));
        Assert.False(Directory.Exists(_disk.PathOf($"{Group}/{Second}")));
        Assert.Contains("it has been finished or made anew since", Assert.Single(done.Warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"{Group}/{Third}")]
    [InlineData($"{Group}/{First}")]
    public void A_group_with_a_snapshot_that_cannot_be_read_is_neither_planned_nor_pruned(string unreadable)
    {
        // Without the newest one the rules would choose others to keep, and with them others to remove.
        _disk.AddSnapshot(Group, Third);
        _disk.AddGroup("vm/2");
        foreach (string time in (string[])[First, Second]) _disk.AddSnapshot("vm/2", time);
        PbsEngine good = Open(out DatastoreContext store);
        PrunePlanInfo[] plan = Pruning.Planned(good, store, new GroupQuery(), new KeepOptions { Last = 1 });
        string[] before = Tree();
        PbsEngine engine = Open(out store,
            folders: new FaultyFolders((call, path) => call == FolderCall.Open && path == _disk.PathOf(unreadable)
            ? OsError.EACCES : 0));
        List<ListingProblem> problems = [];
        PrunePlanInfo[] rows =
            [.. engine.Prune.Plan(store, new GroupQuery(), new PruneSettings { Keep = new KeepOptions { Last = 1 } },
            problems.Add, CancellationToken.None)];
        Assert.Equal(["vm/2", "vm/2"], rows.Select(row => $"{row.BackupType}/{row.BackupId}"));
        Assert.Contains(problems,
            problem => problem.Message == "group 'vm/1' is not planned: not all of its snapshots can be read");
        Assert.ThrowsAny<PbsException>(() => engine.Prune.Check(store, [.. plan.Where(row => row.BackupId == "1")]));
        Pruning done = Pruning.Run(engine, store,
            new PruneOrder([.. plan.Where(row => row.BackupId == "1")]) { IsOfGroup = true }, force: true);
        Assert.All(done.Results, row => Assert.False(row.Removed));
        Assert.Equal(before, Tree());
    }

    [Fact]
    public void A_plan_refuses_what_the_removal_refuses()
    {
        Directory.CreateDirectory(_disk.PathOf($"{Group}/{First}/@eaDir"));
        PbsEngine engine = Open(out DatastoreContext store);
        SnapshotPath first = SnapshotPath.Parse($"{Group}/{First}");
        Assert.Equal(PbsErrorId.ForeignContent,
            Assert.Throws<PbsConflictException>(() => engine.Removal.CheckSnapshotRemoval(store, first)).ErrorId);
        Assert.Equal(PbsErrorId.ForeignContent,
            Assert.Throws<PbsConflictException>(() =>
            engine.Removal.RemoveSnapshot(store, first, true, CancellationToken.None)).ErrorId);
        Assert.True(File.Exists(_disk.PathOf($"{Group}/{First}/index.json.blob")));
        Assert.Throws<PbsConflictException>(() =>
            engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, GroupPath.Parse(Group)));
        File.WriteAllText(_disk.PathOf($"{Group}/{First}/.protected"), "");

        // What is protected stays with all that is in it, and stands in nobody's way.
        Assert.Equal(1, engine.Removal.PlanGroupRemoval(store, BackupNamespace.Root, GroupPath.Parse(Group)).Protected);
    }

    private void DemandRefused(string place, bool isOfGroup)
    {
        PbsEngine engine = Open(out DatastoreContext store);
        List<Action> acts = [() =>
            engine.Removal.RemoveGroup(store, BackupNamespace.Root, GroupPath.Parse(Group), true, CancellationToken.None)];
        if (!isOfGroup) acts.Add(() =>
            engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse($"{Group}/{First}"), true, CancellationToken.None));
        foreach (Action act in acts)
        {
            var refused = Assert.Throws<PbsConflictException>(act);
            Assert.Equal(PbsErrorId.ForeignContent, refused.ErrorId);
            Assert.Contains(PathText.Quote(place), refused.Message, StringComparison.Ordinal);
        }
    }

    private void Change(string what)
    {
        switch (what)
        {
            case "finished": File.WriteAllText(_disk.PathOf($"{Group}/{Second}/index.json.blob"), "x"); break;
            case "replaced":
                Directory.Move(_disk.PathOf($"{Group}/{Second}"), Path.Combine(_disk.Parent, "away"));
                Directory.CreateDirectory(_disk.PathOf($"{Group}/{Second}"));
                break;
            case "new": _disk.AddSnapshot(Group, Third); break;
            case "folder": File.WriteAllText(
                Path.Combine(Directory.CreateDirectory(_disk.PathOf($"{Group}/late")).FullName, "only copy"),
                "x"); break;
            case "protected": File.WriteAllText(_disk.PathOf($"{Group}/{Second}/.protected"), ""); break;
            default: File.WriteAllText(_disk.PathOf($"{Group}/late"), "x"); break;
        }
    }

    private PbsEngine Open(out DatastoreContext store, IFileMutations? mutations = null, FolderAccess? folders = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None,
            new EngineOptions { Mutations = mutations ?? FileMutations.Default, Folders = folders
            ?? FolderAccess.Default });
        store = engine.Resolver.ResolvePath(_disk.Path);
        return engine;
    }

    private string[] Tree() =>
        [.. Directory.EnumerateFileSystemEntries(_disk.Path, "*",
            SearchOption.AllDirectories).Select(path =>
            Path.GetRelativePath(_disk.Path, path)).Order(StringComparer.Ordinal)];
}
