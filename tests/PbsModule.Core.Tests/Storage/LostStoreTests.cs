using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>
/// A file system that is unmounted in the middle of something leaves an empty folder, or none. What was in it has not
/// been removed, and nothing may be concluded from its absence.
/// </summary>
public sealed class LostStoreTests : IDisposable
{
    private const string Index = "vm/100/2024-05-01T10:00:00Z/disk.img.didx";

    private readonly GarbageStore _store = new();
    private readonly Digest _used, _orphan;
    private string? _away;

    public LostStoreTests()
    {
        AtomicFileTests.NeedsLinux();
        _used = _store.Put("used", 40);
        _orphan = _store.Put("orphan", 40);
        _store.AddIndex(Index, _used);
    }

    public void Dispose()
    {
        Mount();
        _store.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_store_that_is_unmounted_for_the_look_for_indexes_loses_no_chunk(bool leavesFolder)
    {
        int opened = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            // Opened as the store first, then by the walk.
            if (call == FolderCall.Open && path == _store.Path && ++opened == 2) Unmount(_store.Path, leavesFolder);
            return 0;
        });
        var settings = new GarbageCollectionSettings { BeforeSweep = Mount };
        var failure = Assert.Throws<PbsStorageException>(() => _store.Collect(settings: settings, folders: folders));
        Assert.Equal((PbsErrorId.DatastoreUnavailable, _store.Path), (failure.ErrorId, failure.Target));
        Mount();
        Assert.True(_store.Has(_used) && _store.Has(_orphan));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Chunks_are_not_missing_while_their_folder_is_not_mounted(bool leavesFolder)
    {
        string chunks = _store.Disk.PathOf(".chunks");
        var mutations = new MountingMutations(_store.PathOf(_used), () => Unmount(chunks, leavesFolder));
        var settings = new GarbageCollectionSettings { BeforeSweep = Mount, Memory = 0 };
        Assert.ThrowsAny<PbsException>(() => _store.Collect(settings: settings, mutations: mutations));
        Mount();
        Assert.True(_store.Has(_used) && _store.Has(_orphan));
    }

    [Fact]
    public void A_chunk_that_is_back_when_its_folder_was_looked_for_is_marked()
    {
        string chunks = _store.Disk.PathOf(".chunks");
        var mutations = new MountingMutations(_store.PathOf(_used), () => Unmount(chunks, leavesFolder: true), Mount);
        var log = new GarbageLog();
        Assert.Equal(1, _store.Collect(log, mutations: mutations).RemovedChunks);
        Assert.True(_store.Has(_used));
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("WARN", StringComparison.Ordinal));
    }

    [Fact]
    public void Chunks_of_another_store_are_not_swept()
    {
        string chunks = _store.Disk.PathOf(".chunks");
        var settings = new GarbageCollectionSettings
        {
            BeforeSweep = () =>
            {
                Unmount(chunks, leavesFolder: true);
                _store.Put("of another store", 40);
            },
        };
        var failure = Assert.Throws<PbsStorageException>(() => _store.Collect(settings: settings));
        Assert.Equal((PbsErrorId.DatastoreUnavailable, chunks), (failure.ErrorId, failure.Target));
        Assert.True(_store.Has(Digest.Of("of another store"u8)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_verification_fails_for_groups_that_it_does_not_find_any_more(bool leavesFolder)
    {
        using var chunked = new ChunkedStore();
        Digest chunk = chunked.Put(1);
        chunked.Add("host/a/2024-05-01T10:00:00Z", chunk);
        chunked.Add("vm/100/2024-05-01T10:00:00Z", chunk);
        using var server = new ServerFolder();
        server.Register(("main", chunked.Path, ""));
        var folders = new FaultyFolders((call, path) =>
        {
            bool isFirst = path == chunked.PathOf("host/a/2024-05-01T10:00:00Z/index.json.blob");
            if (call == FolderCall.ReadFile && isFirst && _away is null) Unmount(chunked.Path, leavesFolder);
            return 0;
        });
        var engine = new PbsEngine(Connection.Local(server.Options), new EngineOptions { Folders = folders });
        Verification run = Verification.Run(engine, engine.Resolver.Resolve("main"));
        Mount();
        Assert.StartsWith("verification failed", run.State, StringComparison.Ordinal);
        Assert.True(run.Log.Contains("\tvm/100"), string.Join('\n', run.Log));
        Assert.Contains(run.Log.Concat(run.Warnings), line => line.Contains("is no longer there", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_listing_that_is_cut_short_says_so(bool leavesFolder)
    {
        // By paths, as on systems without open folders.
        int types = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call == FolderCall.Open && path == _store.Disk.PathOf("host") && types++ == 0) Unmount(_store.Path, leavesFolder);
            return 0;
        });
        _store.Disk.AddSnapshot("host/a", 1_714_500_000);
        _store.Disk.AddSnapshot("vm/200", 1_714_500_000);
        var listing = new Listing(_store.Path, folders);
        DatastoreContext store = listing.Store;
        List<ListingProblem> problems = [];
        List<SnapshotInfo> found = [.. listing.Engine.Snapshots.List(store, new SnapshotQuery(), problems.Add, TestContext.Current.CancellationToken)];
        Mount();
        Assert.Contains(problems, problem => (problem.ErrorId, problem.Kind) == (PbsErrorId.DatastoreUnavailable, ListingProblemKind.Error));
        Assert.True(types > 0, $"{found.Count} snapshots");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_looked_for_in_a_store_that_has_gone_is_not_said_to_be_missing(bool leavesFolder)
    {
        Datastore store = Datastore.Open(_store.Path, "main", FolderAccess.Default);
        using NamespaceFolder root = NamespaceFolder.Open(store, BackupNamespace.Root);
        Assert.Null(store.WhyLost());
        Unmount(_store.Path, leavesFolder);
        Action[] looks =
        [
            () => NamespaceFolder.Open(store, BackupNamespace.Root),
            () => NamespaceFolder.Open(store, BackupNamespace.Parse("a")),
            () => new GroupWalk().Open(root, GroupPath.Parse("vm/999")),
            () => throw SnapshotLookup.NotFound(store, SnapshotPath.Parse("vm/100/2024-05-09T10:00:00Z")),
        ];
        Assert.All(looks, look =>
            Assert.Equal(PbsErrorId.DatastoreUnavailable, Assert.Throws<PbsStorageException>(look).ErrorId));
        Mount();
        Assert.Null(store.WhyLost());
        Assert.Throws<PbsNotFoundException>(() => new GroupWalk().Open(root, GroupPath.Parse("vm/999")));
    }

    private void Unmount(string path, bool leavesFolder)
    {
        _away = path;
        Directory.Move(path, path + ".mounted");
        if (leavesFolder) Directory.CreateDirectory(path);
    }

    private void Mount()
    {
        if (_away is not { } path) return;
        _away = null;
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.Move(path + ".mounted", path);
    }

    /// <summary>Does something before a chunk is touched the first time, and something else after that.</summary>
    private sealed class MountingMutations(string chunk, Action before, Action? after = null) : IFileMutations
    {
        private readonly IFileMutations _real = FileMutations.Default;
        private bool _isDone;

        public void TouchAccessTime(string path)
        {
            bool isFirst = path == chunk && !_isDone;
            _isDone |= isFirst;
            if (isFirst) before();
            try
            {
                _real.TouchAccessTime(path);
            }
            finally
            {
                if (isFirst) after?.Invoke();
            }
        }

        public Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path, FileCreation creation, int mode) =>
            _real.Open(path, creation, mode);

        public Microsoft.Win32.SafeHandles.SafeFileHandle CreateTemporary(string stem, int mode, out string path) =>
            _real.CreateTemporary(stem, mode, out path);

        public void Write(Microsoft.Win32.SafeHandles.SafeFileHandle file, ReadOnlySpan<byte> bytes) => _real.Write(file, bytes);

        public void WriteAt(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes) =>
            _real.WriteAt(file, offset, bytes);

        public void SetMode(Microsoft.Win32.SafeHandles.SafeFileHandle file, int mode) => _real.SetMode(file, mode);

        public void SetMode(string path, int mode) => _real.SetMode(path, mode);

        public void SetOwner(Microsoft.Win32.SafeHandles.SafeFileHandle file, FileOwner owner) => _real.SetOwner(file, owner);

        public void SetOwner(string path, FileOwner owner) => _real.SetOwner(path, owner);

        public void Truncate(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length) => _real.Truncate(file, length);

        public void Sync(Microsoft.Win32.SafeHandles.SafeFileHandle file) => _real.Sync(file);

        public void SyncDirectory(string path) => _real.SyncDirectory(path);

        public void SyncFileSystem(string path) => _real.SyncFileSystem(path);

        public void Rename(string from, string to) => _real.Rename(from, to);

        public void RenameNew(string from, string to) => _real.RenameNew(from, to);

        public void Unlink(string path) => _real.Unlink(path);

        public void Unlink(Folder folder, string path) => _real.Unlink(folder, path);

        public void CreateDirectory(string path, int mode) => _real.CreateDirectory(path, mode);

        public void RemoveDirectory(string path) => _real.RemoveDirectory(path);

        public void RemoveDirectory(Folder folder, string path) => _real.RemoveDirectory(folder, path);

        public void SetAccessTime(string path, long seconds) => _real.SetAccessTime(path, seconds);
    }
}
