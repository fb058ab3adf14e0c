using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>The first command of the worst day: which datastores are on this disk.</summary>
public sealed class FindDatastoreTests
{
    [Fact]
    public void A_store_is_found_with_what_it_holds()
    {
        GoldenStore store = GoldenStore.Ds1;
        foreach (FoundDatastore found in Find(store.Parent, 3))
        {
            Assert.Equal((store.Path, store.Path), (found.Path, found.ToString()));
            Assert.Equal((4, 11, 26), (found.NamespaceCount, found.GroupCount, found.SnapshotCount));
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1729992600), found.NewestBackup);
            Assert.True(found.Total >= found.Used && found.Used > 0);
            Assert.Null(found.Problem);
        }

        Assert.Equal(store.Path, Assert.Single(Find(store.Path, 0)).Path);
    }

    [Fact]
    public void The_newest_snapshot_is_the_newest_that_is_finished()
    {
        using var store = new StoreOnDisk();
        store.AddGroup("vm/100");
        Directory.CreateDirectory(Path.Combine(store.PathOf("vm/100"), BackupTime.Format(2000)));
        Assert.Equal(2000, Assert.Single(Find(store.Path, 0)).NewestBackup!.Value.ToUnixTimeSeconds());
        store.AddSnapshot("vm/100", 1000);
        Assert.Equal(1000, Assert.Single(Find(store.Path, 0)).NewestBackup!.Value.ToUnixTimeSeconds());
        using var empty = new StoreOnDisk();
        Assert.Null(Assert.Single(Find(empty.Path, 0)).NewestBackup);
    }

    [Fact]
    public void The_search_is_bounded_follows_no_links_and_does_not_look_into_stores()
    {
        using var store = new StoreOnDisk();
        Directory.CreateDirectory(store.PathOf("vm/.chunks"));
        File.WriteAllText(store.PathOf("vm/.lock"), "");
        string deep = Directory.CreateDirectory(Path.Combine(store.Parent, "a", "b", "c")).FullName;
        Directory.CreateDirectory(Path.Combine(deep, ".chunks"));
        File.WriteAllText(Path.Combine(deep, ".lock"), "");
        Directory.CreateDirectory(Path.Combine(store.Parent, "no-lock", ".chunks"));
        Directory.CreateSymbolicLink(Path.Combine(store.Parent, "link"), store.Path);
        Assert.Equal([store.Path], Find(store.Parent, 2).Select(found => found.Path));
        Assert.Equal([deep, store.Path], Find(store.Parent, 3).Select(found => found.Path));
        Assert.Empty(Find(store.Parent, 0));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_a_warning_and_the_search_goes_on()
    {
        using var store = new StoreOnDisk();
        string closed = Directory.CreateDirectory(Path.Combine(store.Parent, "closed")).FullName;
        Directory.CreateDirectory(Path.Combine(store.Parent, "lost+found"));
        var folders = new FaultyFolders((_, path) => path == closed || path.EndsWith("lost+found", StringComparison.Ordinal) ? OsError.EACCES : 0);
        List<ListingProblem> problems = [];
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Folders = folders });
        Assert.Single(engine.Finder.Find(store.Parent, 3, problems.Add, CancellationToken.None));
        ListingProblem problem = Assert.Single(problems);
        Assert.Equal((closed, ListingProblemKind.Warning), (problem.Target, problem.Kind));
    }

    [Fact]
    public void A_copy_that_lost_its_lock_file_is_found()
    {
        using var folder = new TemporaryFolder();
        foreach (string path in (string[])["copy/.chunks", "copy/ns/a"]) Directory.CreateDirectory(folder[path]);
        Assert.Equal(folder["copy"], Assert.Single(Find(folder.Root, 1)).Path);
    }

    [Fact]
    public void A_search_that_meets_none_says_where_one_may_be()
    {
        using var folder = new TemporaryFolder();
        foreach (string path in (string[])["store/.chunks", "store/vm/100", "copy/vm/100", "empty"]) Directory.CreateDirectory(folder[path]);
        Assert.Contains("-Depth", Warning("empty"), StringComparison.Ordinal);
        Assert.Contains($"lies in the datastore \"{folder["store"]}\"", Warning("store/vm/100"), StringComparison.Ordinal);
        Assert.Contains("no '.chunks'", Warning("copy"), StringComparison.Ordinal);

        string Warning(string path)
        {
            List<ListingProblem> problems = [];
            Assert.Empty(new PbsEngine(Connection.None).Finder.Find(folder[path], 2, problems.Add, CancellationToken.None));
            ListingProblem problem = Assert.Single(problems);
            Assert.Equal((PbsErrorId.DatastoreNotFound, ListingProblemKind.Warning), (problem.ErrorId, problem.Kind));
            return problem.Message;
        }
    }

    [Fact]
    public void A_start_that_is_not_there_is_an_error()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(PbsErrorId.FolderNotFound, Assert.Throws<PbsNotFoundException>(() => Find(folder["none"], 1)).ErrorId);
        File.WriteAllText(folder["file"], "");
        Assert.Equal(PbsErrorId.FolderNotFound, Assert.Throws<PbsArgumentException>(() => Find(folder["file"], 1)).ErrorId);
    }

    [Fact]
    public void A_registered_store_is_not_found_by_who_may_not_know_of_it()
    {
        using var server = new ServerFolder();
        server.Register(("ds1", GoldenStore.Ds1.Path, ""));
        PbsEngine engine = server.Session("nobody@pbs");
        Assert.Empty(engine.Finder.Find(GoldenStore.Ds1.Parent, 1, Assert.NotNull, CancellationToken.None));
        engine = server.Session("root@pam");
        Assert.Single(engine.Finder.Find(GoldenStore.Ds1.Parent, 1, Assert.NotNull, CancellationToken.None));
    }

    private static List<FoundDatastore> Find(string folder, int depth) =>
        [.. new PbsEngine(Connection.None).Finder.Find(folder, depth, Assert.NotNull, CancellationToken.None)];
}
