using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Namespaces;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Making and removing namespaces, with all that goes with them, and what an interruption leaves.</summary>
public sealed class NamespaceChangeTests : IDisposable
{
    private const string First = "2024-05-01T10:00:00Z";
    private const string Second = "2024-05-02T10:00:00Z";

    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();
    private readonly PbsEngine _engine;
    private readonly DatastoreContext _store;

    public NamespaceChangeTests()
    {
        AtomicFileTests.NeedsLinux();
        _server.Register(("main", _disk.Path, ""));
        _engine = _server.Session();
        _store = _engine.Resolver.Resolve("main");
    }

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void A_namespace_is_made_below_one_that_is_there()
    {
        Assert.Equal("a", Create("a"));
        Assert.Equal("a/b", Create("a/b"));
        Assert.Equal("a", Create("a"));
        Assert.True(Directory.Exists(_disk.PathOf("ns/a/ns/b")));
        Assert.Equal("cannot create new namespace, parent x doesn't already exists", Create("x/y"));
        Assert.Equal("Cannot create/delete root namespace!", Create(""));
        Directory.CreateSymbolicLink(_disk.PathOf("ns/link"), _disk.PathOf("ns/a"));
        Assert.Contains("is a symbolic link", Create("link/c"), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_namespaces_are_removed_and_others_stay()
    {
        foreach (string ns in (string[])["a", "a/b", "a/b/c", "a/d"]) Create(ns);
        _disk.AddGroup("ns/a/ns/b/vm/1");
        Assert.Equal("only partially deleted due to existing groups but `delete-groups` not true ", Remove("a"));
        Assert.Equal(["", "a", "a/b"], Namespaces());
        Assert.Equal("there is no namespace 'x' in datastore 'main'", Remove("x"));
        Assert.Equal("Cannot create/delete root namespace!", Remove("", deleteGroups: true));
        Assert.Null(Remove("a", deleteGroups: true));
        Assert.Equal([""], Namespaces());
        Assert.False(Directory.Exists(_disk.PathOf("ns/a")));
    }

    [Fact]
    public void Groups_go_with_all_they_hold_but_what_is_protected()
    {
        foreach (string group in (string[])["ns/a/vm/1", "ns/a/ns/b/host/x"])
        {
            _disk.AddGroup(group);
            _disk.AddSnapshot(group, First);
            File.WriteAllText(Path.Combine(_disk.AddSnapshot(group, Second), "client.log.blob"), "");
        }

        File.WriteAllText(_disk.PathOf("ns/a/vm/1/notes"), "x");
        File.WriteAllText(_disk.PathOf($"ns/a/ns/b/host/x/{Second}/.protected"), "");
        NamespaceRemovalPlan plan = _engine.NamespaceChanges.PlanRemoval(_store, BackupNamespace.Parse("a"), true, CancellationToken.None);
        Assert.Equal(["a", "a/b"], plan.Namespaces);
        Assert.Empty(plan.Removed);
        Assert.Equal(["ns/a/vm/1 2 0", "ns/a/ns/b/host/x 1 1"], plan.Groups.Select(group => $"{group} {group.Snapshots.Count} {group.Protected}"));
        Assert.Equal("0 of 2 namespaces, 1 of 2 groups, 3 snapshots, keep 1 that are protected", plan.ToString());

        Assert.Equal("group only partially deleted due to protected snapshots", Remove("a", deleteGroups: true));
        Assert.False(Directory.Exists(_disk.PathOf("ns/a/vm")));
        Assert.Equal([$"ns/a/ns/b/host/x/{Second}"], _engine.Snapshots.List(_store, new SnapshotQuery { Recurse = true }, Assert.NotNull, CancellationToken.None).Select(snapshot => snapshot.ToString()));
        Assert.Equal(3, Directory.GetFiles(_disk.PathOf($"ns/a/ns/b/host/x/{Second}")).Length - 1);

        File.Delete(_disk.PathOf($"ns/a/ns/b/host/x/{Second}/.protected"));
        Assert.Null(Remove("a", deleteGroups: true));
        Assert.Equal([""], Namespaces());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.RunRoot, "locks"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_does_not_belong_there_stops_it_and_links_are_not_followed()
    {
        _disk.AddGroup("vm/9");
        _disk.AddGroup("ns/a/vm/1");
        Directory.CreateSymbolicLink(_disk.PathOf("ns/a/vm/1/out"), _disk.PathOf("vm"));
        Directory.CreateDirectory(_disk.PathOf("ns/a/vm/bad id!"));
        Assert.Equal(
            $"namespace 'a' is not removed, because it holds what is no part of it: \"{_disk.PathOf("ns/a/vm/1/out")}\" (a symbolic link), "
            + $"\"{_disk.PathOf("ns/a/vm/bad id!")}\" (a folder)",
            Remove("a", deleteGroups: true));
        Assert.True(File.Exists(_disk.PathOf("ns/a/vm/1/owner")));
        Assert.True(File.Exists(_disk.PathOf("vm/9/owner")));
        Assert.True(Directory.Exists(_disk.PathOf("ns/a/vm/bad id!")));
    }

    [Theory]
    [InlineData("group", "ns/a/vm/1", "possible running backup")]
    [InlineData("snapshot", $"ns/a/vm/1/{First}", "possibly running or in use")]
    public void What_is_in_use_is_not_removed(string what, string path, string reason)
    {
        _disk.AddGroup("ns/a/vm/1");
        _disk.AddSnapshot("ns/a/vm/1", First);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", what, "flock", "Shared", _disk.PathOf(path)));
        string? refusal = Remove("a", deleteGroups: true);
        Assert.EndsWith($" - {reason}", refusal, StringComparison.Ordinal);
        Assert.True(File.Exists(_disk.PathOf($"ns/a/vm/1/{First}/index.json.blob")));
        Assert.Equal("released", other.Ask("release", what));
        Assert.Null(Remove("a", deleteGroups: true));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.DiskFull)]
    internal void What_an_interruption_leaves_is_whole_or_unfinished_and_can_be_removed(Fault fault)
    {
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["store/.chunks"]);
                foreach (string time in (string[])[First, Second])
                {
                    string snapshot = Directory.CreateDirectory(folder[$"store/ns/a/vm/1/{time}"]).FullName;
                    foreach (string name in (string[])["index.json.blob", "a.fidx", "b.fidx"]) File.WriteAllText(Path.Combine(snapshot, name), "x");
                }

                File.WriteAllText(folder["store/ns/a/vm/1/owner"], "root@pam\n");
            },
            (folder, mutations) => Remove(folder, mutations),
            (folder, done) =>
            {
                foreach (string manifest in Directory.EnumerateFiles(folder["store"], "index.json.blob", SearchOption.AllDirectories))
                {
                    Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(manifest)!).Length);
                }

                foreach (string snapshot in Directory.EnumerateDirectories(folder["store"], "2024*", SearchOption.AllDirectories))
                {
                    Assert.True(File.Exists(Path.Combine(snapshot, "../owner")));
                }

                if (!done && Directory.Exists(folder["store/ns/a"])) Remove(folder, FileMutations.Default);
                Assert.False(Directory.Exists(folder["store/ns/a"]));
            });
        Assert.True(changes >= 10);
    }

    private static void Remove(TemporaryFolder folder, IFileMutations mutations)
    {
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
        engine.NamespaceChanges.Remove(engine.Resolver.ResolvePath(folder["store"]), BackupNamespace.Parse("a"), true, true, CancellationToken.None);
    }

    private string[] Namespaces() => [.. _engine.Namespaces.List(_store, new NamespaceQuery { Recurse = true }, Assert.NotNull, CancellationToken.None).Select(ns => ns.Namespace)];

    private string Create(string ns)
    {
        try
        {
            return _engine.NamespaceChanges.Create(_store, BackupNamespace.Parse(ns), false, CancellationToken.None).Namespace;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }

    private string? Remove(string ns, bool deleteGroups = false)
    {
        try
        {
            _engine.NamespaceChanges.Remove(_store, BackupNamespace.Parse(ns), deleteGroups, false, CancellationToken.None);
            return null;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }
}
