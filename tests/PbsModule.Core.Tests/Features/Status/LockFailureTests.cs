using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>
/// Locks that cannot be taken although nobody holds them: the error names the reason and is not about anybody else.
/// </summary>
public sealed class LockFailureTests : IDisposable
{
    private const string Group = "vm/1";
    private const string Snapshot = $"{Group}/2024-05-01T10:00:00Z";

    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();

    public LockFailureTests()
    {
        AtomicFileTests.NeedsLinux();
        _server.Register(("main", _disk.Path, ""));
        _disk.AddGroup(Group);
        _disk.AddSnapshot(Group, "2024-05-01T10:00:00Z");
    }

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(OsError.EACCES, PbsErrorId.LockDenied)]
    [InlineData(OsError.EPERM, PbsErrorId.LockDenied)]
    [InlineData(OsError.EROFS, PbsErrorId.FileSystemReadOnly)]
    [InlineData(OsError.ENOSPC, PbsErrorId.LockUnavailable)]
    [InlineData(OsError.EOPNOTSUPP, PbsErrorId.LockUnavailable)]
    public void A_lock_file_that_cannot_be_made_is_not_one_that_is_held(int errno, string id)
    {
        var mutations = new FailingMutations(errno,
            path => Path.GetFileName(path).StartsWith("vm-1", StringComparison.Ordinal)
            || path.EndsWith(".index.json.lck", StringComparison.Ordinal));
        PbsEngine engine = new PbsEngine(Connection.Local(_server.Options), new EngineOptions { Mutations = mutations });
        Demand(engine, engine.Resolver.Resolve("main"), id, isDenied: id == PbsErrorId.LockDenied);
    }

    [Fact]
    public void Nothing_is_locked_on_a_disk_that_is_mounted_read_only()
    {
        string path = Directory.CreateDirectory(Path.Combine(_disk.Parent, "disk")).FullName;
        using MountedFolder disk = MountedFolder.Memory(path);
        Directory.CreateDirectory(Path.Combine(path, ".chunks"));
        File.WriteAllText(Path.Combine(path, ".lock"), "");
        Directory.CreateDirectory(Path.Combine(path, Snapshot));
        foreach (string file in Directory.EnumerateFiles(_disk.PathOf(Snapshot))) File.Copy(file,
            Path.Combine(path, Snapshot, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(path, Group, "owner"), "root@pam\n");
        disk.MakeReadOnly();
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext store = engine.Resolver.ResolvePath(path);
        Demand(engine, store, PbsErrorId.FileSystemReadOnly, isDenied: false);
        var refused = Assert.Throws<PbsStorageException>(() =>
            Collected.Run(engine, store, new GarbageQuery { Force = true }));
        Assert.Equal(("unable to get exclusive lock - Read-only file system (os error 30)",
            PbsErrorId.FileSystemReadOnly), (refused.Message, refused.ErrorId));

        // What needs no lock file is told the same.
        var notes = Assert.Throws<PbsPermissionException>(() =>
            engine.Notes.SetGroupNote(store, BackupNamespace.Root, GroupPath.Parse(Group), "x", true,
            CancellationToken.None));
        Assert.Equal((PbsErrorId.NotesUnwritable, OsErrorException.MountWritable),
            (notes.ErrorId, notes.RecommendedAction));
    }

    private static void Demand(PbsEngine engine, DatastoreContext store, string id, bool isDenied)
    {
        SnapshotPath snapshot = SnapshotPath.Parse(Snapshot);
        foreach (Action act in (Action[])
                 [
                     () => engine.Removal.RemoveSnapshot(store, snapshot, true, CancellationToken.None),
                     () => engine.Removal.RemoveGroup(store, BackupNamespace.Root, snapshot.Group, true,
                         CancellationToken.None),
                     () => engine.Notes.SetSnapshotNote(store, snapshot, "x", true, CancellationToken.None),
                 ])
        {
            PbsException failure = Assert.ThrowsAny<PbsException>(act);
            Assert.Equal((id, isDenied ? typeof(PbsPermissionException) : typeof(PbsStorageException)),
                (failure.ErrorId, failure.GetType()));
            Assert.DoesNotContain("possibly running", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("held by", failure.Message, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Path.Combine(store.Path, Snapshot, "index.json.blob")));
    }
}
