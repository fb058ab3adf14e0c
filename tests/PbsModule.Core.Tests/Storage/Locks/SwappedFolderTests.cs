using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Who owns a store can put links in the place of its folders while somebody mightier removes something in it. Nothing outside of the
/// store may go by that.
/// </summary>
public sealed class SwappedFolderTests
{
    private const string Group = "ns/a/vm/1";
    private const string Snapshot = $"{Group}/2024-05-01T10:00:00Z";

    public SwappedFolderTests() => AtomicFileTests.NeedsLinux();

    [Theory]
    [InlineData("ns")]
    [InlineData("ns/a")]
    [InlineData("ns/a/ns")]
    [InlineData("ns/a/vm")]
    [InlineData(Group)]
    [InlineData(Snapshot)]
    public void What_is_removed_lies_in_the_store_whatever_leads_there(string swapped)
    {
        AtEachChange(swapped, (engine, store) => engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Snapshot), true, CancellationToken.None));
        AtEachChange(swapped, (engine, store) => engine.Removal.RemoveGroup(store, BackupNamespace.Parse("a"), GroupPath.Parse("vm/1"), true, CancellationToken.None));
        AtEachChange(swapped, (engine, store) => engine.NamespaceChanges.Remove(store, BackupNamespace.Parse("a"), true, true, CancellationToken.None));
    }

    [Fact]
    public void Garbage_is_removed_in_the_store_whatever_leads_there()
    {
        using var store = new GarbageStore();
        using var outside = new TemporaryFolder();
        Digest[] old = [.. Enumerable.Range(0, 3).Select(i => store.Put($"old {i}", 40))];
        foreach (Digest digest in old) File.WriteAllText(outside[digest.ToString()], "");
        bool isSweeping = false, isSwapped = false;
        var mutations = new RecordedMutations
        {
            Before = _ =>
            {
                if (!isSweeping || isSwapped) return;
                isSwapped = true;
                foreach (Digest digest in old)
                {
                    string folder = Path.GetDirectoryName(store.PathOf(digest))!;
                    Directory.Move(folder, folder + ".away");
                    Directory.CreateSymbolicLink(folder, outside.Root);
                }
            },
        };
        var settings = new GarbageCollectionSettings { Threads = 1, BeforeSweep = () => isSweeping = true };

        // The folders that it comes to later are links to its eyes.
        Assert.Throws<PbsConflictException>(() => store.Collect(settings: settings, mutations: mutations));
        Assert.True(isSwapped);
        Assert.All(old, digest => Assert.True(File.Exists(outside[digest.ToString()])));
    }

    [Theory]
    [InlineData("locks")]
    [InlineData("locks/main")]
    [InlineData("locks/main/a")]
    [InlineData("locks/main/ns/a/vm")]
    public void Lock_files_are_not_made_where_a_link_leads(string link)
    {
        using var folder = new TemporaryFolder();
        Prepare(folder, "store");
        foreach (string name in (string[])["etc", "outside", Path.Combine("run", Path.GetDirectoryName(link)!)]) Directory.CreateDirectory(folder[name]);
        File.WriteAllText(folder["etc/datastore.cfg"], $"datastore: main\n\tpath {folder["store"]}\n");
        Directory.CreateSymbolicLink(folder[$"run/{link}"], folder["outside"]);
        PbsEngine engine = new PbsEngine(Connection.Local(new ConnectionOptions { ConfigRoot = folder["etc"], StateRoot = folder["lib"], LogRoot = folder["log"], RunRoot = folder["run"] }));
        DatastoreContext store = engine.Resolver.Resolve("main");
        var refused = Assert.Throws<PbsStorageException>(() => engine.Removal.RemoveSnapshot(store, SnapshotPath.Parse(Snapshot), false, CancellationToken.None));
        Assert.Equal(PbsErrorId.LockUnavailable, refused.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["outside"]));
        Assert.True(File.Exists(folder[$"store/{Snapshot}/index.json.blob"]));
    }

    /// <summary>The folder becomes a link to one outside that has the same in it, before the first change, the second, and so on.</summary>
    private static void AtEachChange(string swapped, Action<PbsEngine, DatastoreContext> remove)
    {
        bool isSwapped = true;
        for (int n = 1; isSwapped; n++)
        {
            using var folder = new TemporaryFolder();
            Prepare(folder, "store");
            Prepare(folder, "outside");
            string[] before = Tree(folder["outside"]);
            isSwapped = false;
            int at = n;
            var mutations = new RecordedMutations
            {
                Before = change =>
                {
                    if (change != at || !Directory.Exists(folder[$"store/{swapped}"])) return;
                    isSwapped = true;
                    Directory.Move(folder[$"store/{swapped}"], folder["away"]);
                    Directory.CreateSymbolicLink(folder[$"store/{swapped}"], folder[$"outside/{swapped}"]);
                },
            };
            PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
            try
            {
                remove(engine, engine.Resolver.ResolvePath(folder["store"]));
            }
            catch (PbsException)
            {
                // Whatever it says to that.
            }

            Assert.Equal(before, Tree(folder["outside"]));
            if (n == 1) Assert.True(isSwapped || !before.Contains(swapped));
        }
    }

    [Fact]
    public void Lock_files_are_not_removed_where_a_link_leads()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["store/vm/1", "run/locks/main"]) Directory.CreateDirectory(folder[name]);
        var locks = new DatastoreLocks(folder["store"], "main", folder["run"], FileMutations.Default, TimeProvider.System);
        using HeldLock held = locks.Group(BackupNamespace.Root, GroupPath.Parse("vm/1"), folder["store/vm/1"], LockMode.Exclusive, "busy");
        Directory.Move(folder["run/locks/main"], folder["outside"]);
        Directory.CreateSymbolicLink(folder["run/locks/main"], folder["outside"]);
        held.RemoveFiles(FileMutations.Default);
        Assert.True(File.Exists(folder["outside/vm-1"]));
        Directory.Delete(folder["run/locks/main"]);
        Directory.Move(folder["outside"], folder["run/locks/main"]);
        held.RemoveFiles(FileMutations.Default);
        Assert.False(File.Exists(folder["run/locks/main/vm-1"]));
    }

    private static void Prepare(TemporaryFolder folder, string root)
    {
        Directory.CreateDirectory(folder[$"{root}/.chunks"]);
        Directory.CreateDirectory(folder[$"{root}/ns/a/ns/b/host"]);
        Directory.CreateDirectory(folder[$"{root}/{Snapshot}"]);
        foreach (string name in (string[])["index.json.blob", "a.fidx", "b.fidx"]) File.WriteAllText(folder[$"{root}/{Snapshot}/{name}"], "x");
        File.WriteAllText(folder[$"{root}/{Group}/owner"], "root@pam\n");
    }

    private static string[] Tree(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
}
