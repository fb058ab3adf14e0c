using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Whatever reads the content of a snapshot holds its shared lock meanwhile, in the form of PBS 3.2.4 and in that of
/// 4.x, and no longer. A second process is the server.
/// </summary>
public sealed class ReadLockTests : IDisposable
{
    private const string Exclusive = "Exclusive";

    private static readonly SnapshotPath Host = SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z");
    private static readonly SnapshotPath Reference = SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z");
    private static readonly CatalogPath TextFile = CatalogPath.Literal("/data/text.log");
    private static readonly Action<ListingProblem> Ignore = static _ => { };
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly GoldenStore _store;
    private readonly List<string> _meanwhile = [];
    private readonly List<ListingProblem> _unlocked = [];
    private SecondProcess? _server;

    public ReadLockTests()
    {
        AtomicFileTests.NeedsLinux();
        _store = GoldenStore.Copy();
        foreach (string name in (string[])["etc", "run", "out"]) Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(_folder["etc/datastore.cfg"], $"datastore: main\n\tpath {_store.Path}\n");
    }

    private static CatalogQuery Everything { get; } = new()
    {
        Archives = [NameFilter.Literal("root.pxar")],
        Depth = int.MaxValue,
    };

    private static ArchiveListener Quiet { get; } = new(static _ => { }, static _ => { }, static (_, _, _) => { });

    private static Dictionary<string, Action<ReadLockTests, PbsEngine, DatastoreContext>> Reads { get; } = new()
    {
        ["content"] = (_, engine, store) => engine.Content.Read(store, Host, "root.pxar.conf.blob", null),
        ["archive items"] = (test, engine, store) =>
            test.Enumerate(engine.Archives.ListItems(store, Host, Everything, null, Ignore, Never)),
        ["catalog items"] = (test, engine, store) =>
            test.Enumerate(engine.Catalogs.ListItems(store, Host, Everything, null, Ignore, Never)),
        ["one item"] = (_, engine, store) => engine.ArchiveItems.Find(store, Host, "root.pxar", TextFile, null),
        ["stream"] = (test, engine, store) =>
            test.ReadStream(engine.ArchiveItems.Open(store, Host, "root.pxar", TextFile, null, Never)),
        ["comparison"] = (test, engine, store) =>
            test.Enumerate(engine.Comparison.Compare(store, Reference, Host, [], null, Ignore, Never)),
        ["search"] = (test, engine, store) => test.Search(engine, store),
        ["check of a save"] = (test, engine, store) => engine.Content.CheckSave(store, Host, test.FileRequest),
        ["save"] = (test, engine, store) =>
            engine.Content.Save(store, Host, test.FileRequest, SnapshotFileSaveTests.Quiet, Never),
        ["check of a saved item"] = (test, engine, store) =>
            engine.ArchiveItems.CheckSave(store, Host, test.ItemRequest),
        ["saved item"] = (test, engine, store) =>
            engine.ArchiveItems.SaveItem(store, Host, test.ItemRequest, Quiet, Never),
        ["check of a restore"] = (test, engine, store) => engine.Expansion.Check(store, Host, test.Restore),
        ["restore"] = (test, engine, store) => engine.Expansion.ExpandArchive(store, Host, test.Restore, Quiet, Never),
    };

    private static VerifyQuery ReadOnlyVerify => new()
    {
        Scopes = [new VerifyScope(BackupNamespace.Root, Host.Group) { Time = Host.Time }],
        NoStateUpdate = true,
    };

    private SaveRequest FileRequest => new("root.pxar.didx", _folder["out"]) { Decode = true, Replace = true };

    private ArchiveSaveRequest ItemRequest => new(TextFile, _folder["out"]) { Archive = "root.pxar", Replace = true };

    private ExpandRequest Restore => new(_folder["restored"]) { Archive = "root.pxar", Overwrite = true };

    private string LockFileOfHost => new LockPaths(_folder["run"], "main").Snapshot(Host);

    private SecondProcess Server => _server ??= new SecondProcess();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_snapshot_cannot_be_removed_while_it_is_read(bool isOnServer)
    {
        if (!isOnServer) Directory.Delete(_folder["run"]);
        string manifest = _store.PathOf($"{Host}/index.json.blob");
        byte[] whole = File.ReadAllBytes(manifest);
        File.Copy(
            _store.PathOf("vm/100/2024-05-12T00:00:02Z/fw.conf.blob"),
            _store.PathOf($"{Host}/root.pxar.conf.blob"));
        (PbsEngine engine, DatastoreContext store) = Open(new RecordedMutations { Before = _ => TryAsServer() });
        foreach ((string entry, Action<ReadLockTests, PbsEngine, DatastoreContext> read) in Reads)
        {
            // A manifest that is lost is a moment at which all that read it can be stopped; what writes is stopped at
            // each write, too.
            if (entry is not ("comparison" or "search")) File.Delete(manifest);
            _meanwhile.Clear();
            read(this, engine, store);
            Assert.Equal((entry, "busy"), (entry, _meanwhile[^1]));
            string[] take =
            [
                "take", "after", "snapshot", Exclusive, _store.Path, "main", _folder["run"], Host.ToString(),
            ];
            Assert.Equal((entry, "held"), (entry, Server.Ask(take)));
            Server.Ask("release", "after");
            File.WriteAllBytes(manifest, whole);
        }

        Assert.Empty(_unlocked);
        Assert.Equal(isOnServer, Directory.Exists(_folder["run"]));
    }

    [Theory]
    [InlineData("flock")]
    [InlineData("lockfile")]
    public void A_snapshot_that_another_process_holds_is_in_use(string form)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LockFileOfHost)!);
        string held = form == "flock" ? _store.PathOf(Host.ToString()) : LockFileOfHost;
        Assert.Equal("held", Server.Ask("take", "x", form, Exclusive, held));
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        foreach ((string entry, Action<ReadLockTests, PbsEngine, DatastoreContext> read) in Reads)
        {
            var error = Record.Exception(() => read(this, engine, store)) as PbsLockedException;
            Assert.Equal((entry, PbsErrorId.SnapshotLocked), (entry, error?.ErrorId));
            Assert.EndsWith(" - locked by another operation", error!.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["out"]));
        Assert.False(Directory.Exists(_folder["restored"]));
    }

    [Fact]
    public void A_removal_in_the_same_process_is_refused_until_the_listing_ends()
    {
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        (PbsEngine other, DatastoreContext same) = Open(FileMutations.Default);
        IEnumerable<ArchiveItemInfo> listing = engine.Archives.ListItems(store, Host, Everything, null, Ignore, Never);
        using (IEnumerator<ArchiveItemInfo> items = listing.GetEnumerator())
        {
            Assert.True(items.MoveNext());
            var error = Assert.Throws<PbsLockedException>(
                () => other.Removal.RemoveSnapshot(same, Host, force: false, Never));
            Assert.Equal(PbsErrorId.SnapshotLocked, error.ErrorId);
            Assert.EndsWith(" - possibly running or in use", error.Message, StringComparison.Ordinal);
        }

        other.Removal.RemoveSnapshot(same, Host, force: false, Never);
        Assert.False(Directory.Exists(_store.PathOf(Host.ToString())));
    }

    [Fact]
    public void An_unfinished_snapshot_that_a_backup_writes_is_not_searched_and_no_error()
    {
        File.Delete(_store.PathOf($"{Host}/index.json.blob"));
        Assert.Equal("held", Server.Ask("take", "backup", "flock", Exclusive, _store.PathOf(Host.ToString())));
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        using var search = new FileSearch(new FileQuery());
        Assert.Equal("it is not finished", engine.Catalogs.Search(search, store, Host)?.Reason);
    }

    [Fact]
    public void What_a_search_gives_can_be_changed_at_once()
    {
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        for (int i = 0; i < 20; i++)
        {
            using var search = new FileSearch(
                new FileQuery { Names = [new WildcardName("text.log", ignoreCase: false)] });
            Assert.Null(engine.Catalogs.Search(search, store, Host));
            foreach (CatalogItemInfo _ in search.Rest(Ignore))
            {
                engine.Protection.Set(store, Host, i % 2 == 0, force: false, Never);
            }
        }
    }

    [Theory]
    [InlineData(OsError.EACCES, true)]
    [InlineData(OsError.EPERM, true)]
    [InlineData(OsError.EROFS, true)]
    [InlineData(OsError.ENOLCK, true)]
    [InlineData(OsError.EOPNOTSUPP, true)]
    [InlineData(OsError.ENOSPC, false)]
    [InlineData(OsError.EIO, false)]
    public void Only_what_does_not_allow_a_lock_is_read_without_one(int errno, bool goesOn)
    {
        (PbsEngine engine, DatastoreContext store) = Open(new FailingMutations(errno, static _ => true));
        List<ArchiveItemInfo> items = [];
        Exception? failure = Record.Exception(
            () => items.AddRange(engine.Archives.ListItems(store, Host, Everything, null, Ignore, Never)));
        if (!goesOn)
        {
            Assert.Equal(PbsErrorId.LockUnavailable, Assert.IsAssignableFrom<PbsException>(failure).ErrorId);
            Assert.Empty(items);
            return;
        }

        Assert.Null(failure);
        Assert.NotEmpty(items);
        ListingProblem told = Assert.Single(_unlocked);
        Assert.Equal((ListingProblemKind.Warning, Host.ToString()), (told.Kind, told.Target));
        Assert.Contains(OsError.Describe(errno), told.Message, StringComparison.Ordinal);
        Assert.StartsWith(
            $"snapshot '{Host}' is read without one of its locks: ",
            told.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_files_belong_to_the_server()
    {
        if (!AtomicFileTests.IsRoot) Skip.Because("only root can give files away");
        var backup = new FileOwner(34, 34);
        FileMutations.Default.SetOwner(_folder["run"], backup);
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        Assert.NotEmpty(engine.Archives.ListItems(store, Host, Everything, null, Ignore, Never));
        string[] made = Directory.GetFileSystemEntries(_folder["run"], "*", SearchOption.AllDirectories);
        Assert.Contains(LockFileOfHost, made);
        Assert.All(made, path => Assert.Equal(backup, FileStatus.TryOf(path, out _)!.Value.Owner));
        Assert.Equal(0x1B0, FileStatus.TryOf(LockFileOfHost, out _)!.Value.Mode & 0xFFF);
    }

    [Theory]
    [InlineData("flock")]
    [InlineData("lockfile")]
    public void A_verification_that_records_nothing_passes_over_a_snapshot_in_use(string form)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LockFileOfHost)!);
        string held = form == "flock" ? _store.PathOf(Host.ToString()) : LockFileOfHost;
        Assert.Equal("held", Server.Ask("take", "x", form, Exclusive, held));
        (PbsEngine engine, DatastoreContext store) = Open(FileMutations.Default);
        Verification run = Verification.Run(engine, store, ReadOnlyVerify);
        Assert.Contains("could not acquire snapshot lock", string.Join('\n', run.Log), StringComparison.Ordinal);
        Assert.NotEqual(VerifyResultState.Ok, Assert.Single(run.Results).State);
    }

    [Theory]
    [InlineData(OsError.EROFS, true)]
    [InlineData(OsError.EACCES, true)]
    [InlineData(OsError.EIO, false)]
    public void A_verification_that_records_nothing_goes_on_only_where_no_lock_is_allowed(int errno, bool goesOn)
    {
        // Only what has to do with locks fails: the task has its log.
        (PbsEngine engine, DatastoreContext store) =
            Open(new FailingMutations(errno, path => !path.StartsWith(_folder["log"], StringComparison.Ordinal)));
        Verification run = Verification.Run(engine, store, ReadOnlyVerify);
        if (!goesOn)
        {
            Assert.Equal(VerifyResultState.Failed, Assert.Single(run.Results).State);
            return;
        }

        Assert.StartsWith(
            "snapshots are read without one of its locks: ", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Equal(VerifyResultState.Ok, Assert.Single(run.Results).State);
    }

    [Fact]
    public void A_store_without_a_name_is_locked_by_its_folder_alone()
    {
        PbsEngine engine = new PbsEngine(Connection.None) { OnUnlocked = _unlocked.Add };
        Enumerate(engine.Archives.ListItems(engine.Resolver.ResolvePath(_store.Path), Host, Everything, null, Ignore, Never));
        Assert.Equal("busy", _meanwhile[^1]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["run"]));
    }

    public void Dispose()
    {
        _server?.Dispose();
        _store.Dispose();

        // Some of its names are no text.
        if (Directory.Exists(_folder["restored"])) TreeOnDisk.Delete(_folder["restored"]);
        _folder.Dispose();
    }

    private (PbsEngine, DatastoreContext) Open(IFileMutations mutations)
    {
        var options = new ConnectionOptions
        {
            ConfigRoot = _folder["etc"],
            StateRoot = _folder["lib"],
            LogRoot = _folder["log"],
            RunRoot = _folder["run"],
        };
        PbsEngine engine = new PbsEngine(Connection.Local(options), new EngineOptions { Mutations = mutations })
        {
            OnLostManifest = (_, _) => TryAsServer(),
            OnUnlocked = _unlocked.Add,
        };
        return (engine, engine.Resolver.Resolve("main"));
    }

    /// <summary>
    /// The server tries to remove the snapshot: in the form of 3.2.4, and with lock files where there is a run
    /// directory.
    /// </summary>
    private void TryAsServer()
    {
        lock (_meanwhile)
        {
            string folder = Server.Ask("take", "folder", "flock", Exclusive, _store.PathOf(Host.ToString()));
            string file = File.Exists(LockFileOfHost)
                ? Server.Ask("take", "file", "lockfile", Exclusive, LockFileOfHost)
                : folder;
            foreach (string name in (string[])["folder", "file"]) Server.Ask("release", name);
            _meanwhile.Add(folder == file ? folder : $"folder {folder}, file {file}");
        }
    }

    private void Enumerate<T>(IEnumerable<T> items)
    {
        foreach (T _ in items)
        {
            TryAsServer();
            break;
        }
    }

    private void ReadStream(Stream content)
    {
        using (content)
        {
            Assert.NotEqual(-1, content.ReadByte());
            TryAsServer();
        }
    }

    private void Search(PbsEngine engine, DatastoreContext store)
    {
        // Nobody searches it, so it waits for its turn until the search is given up.
        using var search = new FileSearch(new FileQuery(), null, workers: 0, Never);
        Assert.Null(engine.Catalogs.Search(search, store, Host));
        TryAsServer();
    }
}
