using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>
/// Files for the user are never written into a datastore or into a server's own folders, whatever path leads there.
/// </summary>
public sealed class OutputGuardTests : IDisposable
{
    private const string File_ = "fw.conf.blob";

    private static readonly SnapshotPath Snapshot = SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z");

    private readonly TemporaryFolder _folder = new();
    private readonly ServerFolder _server = new();
    private readonly StoreOnDisk _other = new();

    public OutputGuardTests()
    {
        AtomicFileTests.NeedsLinux();
        _other.AddGroup("vm/1");
        Directory.CreateDirectory(_folder["unmounted"]);
    }

    private string Precious => _other.PathOf("vm/1/owner");

    public void Dispose()
    {
        _folder.Dispose();
        _server.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("other", "vm/1")]
    [InlineData("other", "vm/1/owner")]
    [InlineData("other", "vm/1/new/deeper")]
    [InlineData("other", ".chunks")]
    [InlineData("other", "")]
    [InlineData("unmounted", "")]
    [InlineData("unmounted", "vm/file")]
    [InlineData("etc", "")]
    [InlineData("etc", "acl.cfg")]
    [InlineData("run", "locks/file")]
    [InlineData("state", "file")]
    [InlineData("log", "tasks/file")]
    [InlineData("copy", "etc/user.cfg")]
    [InlineData("copy", "etc")]
    public void Nothing_is_written_where_data_of_a_server_lies(string where, string below)
    {
        _server.Register(("main", GoldenStore.Ds1.Path, ""), ("other", _other.Path, ""),
            ("unmounted", _folder["unmounted"], ""));
        _server.Write("acl.cfg", "");
        foreach (string name in (string[])["datastore.cfg", "user.cfg"]) File.WriteAllText(
            Path.Combine(Directory.CreateDirectory(_folder["copy/etc"]).FullName, name), "");
        foreach (string name in (string[])["run/locks", "log/tasks"]) Directory.CreateDirectory(
            Path.Combine(_server.Root, name));
        string root = where switch
        {
            "other" => _other.Path,
            "etc" => _server.ConfigRoot,
            "run" => _server.RunRoot,
            "state" => Path.Combine(_server.Root, "lib"),
            "log" => Path.Combine(_server.Root, "log"),
            _ => _folder[where],
        };
        string place = Path.Combine(root, below);
        string[] before = States(root);
        DemandGuarded(_server.Session(), "main", place);
        Assert.Equal(before, States(root));
    }

    // The folders of lock files come with the lock that a read takes.
    private static string[] States(string root) =>
    [
        .. TreeOnDisk.Read(root)
            .Where(entry => entry.Key.TrimStart('/') is not ("" or "." or "locks")
                && !entry.Key.TrimStart('/').StartsWith("locks/main", StringComparison.Ordinal))
            .Select(entry => $"{entry.Key} {entry.Value}"),
    ];

    [Fact]
    public void A_datastore_that_nobody_registered_is_known_by_its_chunks()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        foreach (string place in (string[])[_other.PathOf("vm/1"), _other.PathOf("notes.txt"),
            _other.PathOf("vm/1/../1/owner")])
        {
            DemandGuarded(engine, GoldenStore.Ds1.Path, Path.GetFullPath(place));
        }

        Directory.Move(_other.PathOf(".chunks"), _folder["chunks"]);
        Directory.CreateSymbolicLink(_other.PathOf(".chunks"), _folder["chunks"]);
        DemandGuarded(engine, GoldenStore.Ds1.Path, _other.PathOf("vm/1"));
    }

    [Fact]
    public void Links_on_the_way_and_at_its_end_make_no_difference()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        Directory.CreateSymbolicLink(_folder["group"], _other.PathOf("vm/1"));
        Directory.CreateSymbolicLink(_folder["again"], "group");
        File.CreateSymbolicLink(_folder["file"], Precious);
        File.CreateSymbolicLink(_folder["new"], _other.PathOf("vm/1/new"));
        foreach (string name in (string[])["group", "again", "group/x", "again/owner", "file", "new"]) DemandGuarded(
            engine, GoldenStore.Ds1.Path, _folder[name]);
        Assert.Equal("root@pam\n", File.ReadAllText(Precious));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vm")]
    [InlineData(".chunks")]
    public void Another_mount_of_a_datastore_or_of_its_folders_makes_no_difference(string part)
    {
        _server.Register(("main", GoldenStore.Ds1.Path, ""), ("other", _other.Path, ""));
        string at = Directory.CreateDirectory(_folder["mounted"]).FullName;
        using MountedFolder mount = MountedFolder.Bind(_other.PathOf(part), at);
        foreach (string name in (string[])["", "x", "1/x"]) DemandGuarded(_server.Session(), "main",
            Path.Combine(at, name));
    }

    [Fact]
    public void A_hard_link_to_a_file_of_a_datastore_is_replaced_and_the_file_is_not()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        RawNames.Link(Precious, _folder["out"]);
        engine.Content.Save(engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), Snapshot,
            new SaveRequest(File_, _folder["out"]) { Replace = true }, SnapshotFileSaveTests.Quiet,
            CancellationToken.None);
        Assert.Equal("root@pam\n", File.ReadAllText(Precious));
        Assert.NotEqual("root@pam\n", File.ReadAllText(_folder["out"]));
    }

    [Fact]
    public void Beside_and_above_a_datastore_is_free()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        File.WriteAllText(_folder["datastore.cfg"], "one file makes no configuration");
        foreach (string place in (string[])[_folder["out"], Path.Combine(_other.Parent, "out"),
            _other.Path + "-report"])
        {
            engine.Output.DemandOutside(place);
            engine.Content.Save(engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), Snapshot, new SaveRequest(File_, place),
                SnapshotFileSaveTests.Quiet, CancellationToken.None);
            Assert.True(File.Exists(place));
        }
    }

    [Fact]
    public void A_datastore_in_the_folder_that_a_tree_is_restored_to_stays_as_it_is()
    {
        using StoreOnDisk archive = RestoreTests.Sample();
        string sub = Directory.CreateDirectory(_folder["out/etc/sub"]).FullName;
        Directory.CreateDirectory(Path.Combine(sub, ".chunks"));
        File.WriteAllText(Path.Combine(sub, "x"), "precious");
        List<ListingProblem> problems = [];
        PbsEngine engine = new PbsEngine(Connection.None);
        engine.Expansion.ExpandArchive(
            engine.Resolver.ResolvePath(archive.Path), ArchiveOnDisk.Snapshot,
                new ExpandRequest(_folder["out"]) { Overwrite = true },
            new ArchiveListener(static _ => { }, problems.Add, static (_, _, _) => { }), CancellationToken.None);
        Assert.Equal("precious", File.ReadAllText(Path.Combine(sub, "x")));
        Assert.True(File.Exists(_folder["out/etc/a.conf"]));
        Assert.Contains(problems, problem => problem.ErrorId == PbsErrorId.DestinationGuarded);
    }

    private static void DemandGuarded(PbsEngine engine, string store, string place)
    {
        DatastoreContext from = store.Contains('/', StringComparison.Ordinal) ? engine.Resolver.ResolvePath(store)
            : engine.Resolver.Resolve(store);
        var expand = new ExpandRequest(place) { Archive = "root.pxar" };
        var save = new SaveRequest(File_, place) { Replace = true };
        foreach (Action act in (Action[])
                 [
                     () => engine.Output.DemandOutside(place),
                     () => engine.Content.CheckSave(from, Snapshot, save),
                     () => engine.Content.Save(from, Snapshot, save, SnapshotFileSaveTests.Quiet,
                         CancellationToken.None),
                     () => engine.Expansion.Check(from, SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z"),
                         expand),
                 ])
        {
            PbsException refused = Assert.ThrowsAny<PbsException>(act);

            // A folder that is not there is told first where it is a file that is written.
            Assert.Contains(refused.ErrorId, (string[])[PbsErrorId.DestinationGuarded, PbsErrorId.DestinationNotFound]);
            if (Directory.Exists(Path.GetDirectoryName(place))) Assert.Equal(PbsErrorId.DestinationGuarded,
                refused.ErrorId);
        }
    }
}
