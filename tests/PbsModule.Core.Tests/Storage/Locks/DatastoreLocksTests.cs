using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Tests;

/// <summary>
/// The locks of a datastore against a second process that takes them as we do, as PBS 3.2.4 does (folders) and as 4.x
/// does (lock files), for every pair of modes, with and without a run directory.
/// </summary>
public sealed class DatastoreLocksTests : IDisposable
{
    private const string GroupName = "vm/100";
    private const string SnapshotName = "vm/100/2022-05-02T08:11:33Z";
    private const string Shared = "Shared";
    private const string Exclusive = "Exclusive";

    private static readonly SnapshotPath Snapshot = SnapshotPath.Parse(SnapshotName);

    private readonly TemporaryFolder _folder = new();
    private readonly string _store, _run;

    public DatastoreLocksTests()
    {
        AtomicFileTests.NeedsLinux();
        _store = _folder["store"];
        _run = _folder["run"];
        Directory.CreateDirectory(Path.Combine(_store, SnapshotName));
        Directory.CreateDirectory(Path.Combine(_store, ".chunks"));
        Directory.CreateDirectory(_run);
        File.WriteAllText(Path.Combine(_store, SnapshotName, "index.json.blob"), "x");
    }

    public static TheoryData<string, string, string, bool> Pairs
    {
        get
        {
            var data = new TheoryData<string, string, string, bool>();
            foreach (string what in new[] { "store", "group", "snapshot", "manifest" })
            {
                foreach (bool run in new[] { true, false })
                {
                    data.Add(what, Exclusive, Exclusive, run);
                    if (what == "manifest") continue;
                    data.Add(what, Shared, Shared, run);
                    data.Add(what, Shared, Exclusive, run);
                    data.Add(what, Exclusive, Shared, run);
                }
            }

            return data;
        }
    }

    [Theory]
    [InlineData(209)]
    [InlineData(216)]
    [InlineData(238)]
    [InlineData(244)]
    [InlineData(249)]
    [InlineData(255)]
    public void Names_as_long_as_names_may_be_are_locked_and_given_away(int length)
    {
        if (AtomicFileTests.IsRoot) FileMutations.Default.SetOwner(_run, new FileOwner(34, 34));
        SnapshotPath snapshot = SnapshotPath.Parse($"vm/{new string('a', length)}/2022-05-02T08:11:33Z");
        string folder = Path.Combine(_store, snapshot.ToString());
        Directory.CreateDirectory(folder);
        var locks = new DatastoreLocks(_store, "store1", _run, FileMutations.Default, TimeProvider.System);
        locks.Group(snapshot.Namespace, snapshot.Group, Path.GetDirectoryName(folder)!, LockMode.Exclusive, "busy").Dispose();
        locks.Snapshot(snapshot, folder, LockMode.Exclusive, "busy").Dispose();
        locks.Manifest(snapshot, folder, TestContext.Current.CancellationToken).Dispose();
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_run, "*.tmp_*", SearchOption.AllDirectories), _ => true);
        Assert.Equal(4, Directory.EnumerateFiles(_run, "*", SearchOption.AllDirectories).Count());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_pair_of_modes_between_two_processes(string what, string first, string second, bool hasRunDirectory)
    {
        if (!hasRunDirectory) Directory.Delete(_run);
        using var other = new SecondProcess();
        Assert.Equal("held", Ask(other, what, first));
        Expect(first == Shared && second == Shared, what, second);
        other.Kill();
        Take(what, second).Dispose();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_pair_of_modes_between_two_runspaces(string what, string first, string second, bool hasRunDirectory)
    {
        if (!hasRunDirectory) Directory.Delete(_run);
        using (Take(what, first)) Expect(first == Shared && second == Shared, what, second);
        Take(what, second).Dispose();
    }

    [Theory]
    [InlineData("flock", "group", "vm/100", "unable to acquire lock on backup group directory \"{0}/vm/100\" - busy here")]
    [InlineData("flock", "snapshot", SnapshotName, "unable to acquire lock on snapshot directory \"{0}/" + SnapshotName + "\" - busy here")]
    public void The_folder_locks_of_3_2_4_are_respected(string kind, string what, string path, string message)
    {
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", kind, Exclusive, Path.Combine(_store, path)));
        Assert.Equal(string.Format(null, message, _store), Assert.Throws<PbsLockedException>(() => Take(what, Exclusive)).Message);
    }

    [Theory]
    [InlineData("group", Exclusive, "vm-100", "unable to acquire backup group lock \"{0}\" - busy here")]
    [InlineData("snapshot", Exclusive, @"vm-100-2022\x2d05\x2d02T08\x3a11\x3a33Z", "unable to acquire snapshot lock \"{0}\" - busy here")]
    [InlineData("snapshot", Shared, @"vm-100-2022\x2d05\x2d02T08\x3a11\x3a33Z", "unable to acquire shared snapshot lock \"{0}\" - busy here")]
    [InlineData("manifest", Exclusive, @"vm-100-2022\x2d05\x2d02T08\x3a11\x3a33Z-.index.json.lck", "unable to acquire manifest lock \"{0}\" - held by another process for 5 s")]
    [InlineData("manifest", Exclusive, SnapshotName + "/2022-05-02T08:11:33Z.index.json.lck", "unable to acquire manifest lock \"{0}\" - held by another process for 5 s")]
    public void The_lock_files_of_both_schemes_are_respected(string what, string mode, string name, string message)
    {
        string path = Path.Combine(_run, "locks", "store1", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "lockfile", Exclusive, path));
        Assert.Equal(string.Format(null, message, path), Assert.Throws<PbsLockedException>(() => Take(what, mode)).Message);
    }

    [Theory]
    [InlineData(Shared, "unable to get shared lock - EAGAIN")]
    [InlineData(Exclusive, "unable to get exclusive lock - EAGAIN")]
    public void The_store_lock_fails_at_once_in_PBSs_words(string mode, string message)
    {
        using HeldLock held = Locks().Store(LockMode.Exclusive);
        var error = Assert.Throws<PbsLockedException>(() => Take("store", mode));
        Assert.Equal((PbsErrorId.DatastoreLocked, message), (error.ErrorId, error.Message));
    }

    [Fact]
    public void A_refused_lock_leaves_nothing_held()
    {
        using (HeldLock held = Locks().Snapshot(Snapshot, SnapshotFolder, LockMode.Shared, "busy here"))
        {
            Assert.Throws<PbsLockedException>(() => Take("snapshot", Exclusive));
            Take("snapshot", Shared).Dispose();
        }

        Take("snapshot", Exclusive).Dispose();
    }

    [Fact]
    public void A_missing_folder_is_told_in_PBSs_words()
    {
        var error = Assert.Throws<PbsStorageException>(() => Locks().Group(BackupNamespace.Root, GroupPath.Parse("vm/7"), Path.Combine(_store, "vm/7"), LockMode.Exclusive, "busy"));
        Assert.Equal($"unable to open backup group directory \"{_store}/vm/7\" for locking - No such file or directory (os error 2)", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_lock_of_an_open_folder_is_the_one_on_its_path(bool hasRunDirectory)
    {
        if (!hasRunDirectory) Directory.Delete(_run);
        using GroupFolder group = OpenGroup();
        using (Folder open = OpenSnapshot(group))
        using (Locks().Snapshot(group, new TimeFolder(Snapshot.Time, 0), open, LockMode.Shared, "busy here"))
        {
            Expect(true, "snapshot", Shared);
            Expect(false, "snapshot", Exclusive);
        }

        using (Take("snapshot", Exclusive))
        {
            string byPath = Assert.Throws<PbsLockedException>(() => Take("snapshot", Shared)).Message;
            Assert.Equal(byPath, Assert.Throws<PbsLockedException>(() => LockOpen(group)).Message);
        }

        Expect(true, "snapshot", Exclusive);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("another")]
    public void An_open_folder_that_is_not_in_its_place_any_more_is_not_locked(string what)
    {
        using GroupFolder group = OpenGroup();
        using Folder open = OpenSnapshot(group);
        Directory.Move(SnapshotFolder, _folder["moved"]);
        if (what == "another") Directory.CreateDirectory(SnapshotFolder);
        var error = Assert.Throws<PbsStorageException>(() => Locks().Snapshot(group, new TimeFolder(Snapshot.Time, 0), open, LockMode.Shared, "busy here"));
        Assert.Equal($"unable to acquire lock on snapshot directory \"{SnapshotFolder}\" - No such file or directory (os error 2)", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_run));
    }

    [Fact]
    public void Lock_files_go_with_what_they_locked()
    {
        using (HeldLock held = Locks().Snapshot(Snapshot, SnapshotFolder, LockMode.Exclusive, "busy"))
        using (HeldLock manifest = Locks().Manifest(Snapshot, SnapshotFolder, TestContext.Current.CancellationToken))
        {
            manifest.RemoveFiles(FileMutations.Default);
            held.RemoveFiles(FileMutations.Default);
        }

        Assert.Empty(Directory.EnumerateFiles(_run, "*", SearchOption.AllDirectories));
        Assert.True(Directory.Exists(SnapshotFolder));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.DiskFull)]
    internal void Lock_files_are_never_left_to_root(Fault fault)
    {
        if (!AtomicFileTests.IsRoot) Skip.Because("only root can give files away");
        var backup = new FileOwner(34, 34);
        RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["run"]);
                FileMutations.Default.SetOwner(folder["run"], backup);
                Directory.CreateDirectory(folder["snapshot"]);
            },
            (folder, mutations) =>
            {
                var locks = new DatastoreLocks(folder["store"], "store1", folder["run"], mutations, TimeProvider.System);
                locks.Snapshot(Snapshot, folder["snapshot"], LockMode.Shared, "busy").Dispose();
                locks.Manifest(Snapshot, folder["snapshot"], CancellationToken.None).Dispose();
            },
            (folder, done) =>
            {
                string[] mine = [.. folder.Names().Where(n => n.StartsWith("run", StringComparison.Ordinal) && !n.Contains(".tmp_", StringComparison.Ordinal))];
                Assert.All(mine, name => Assert.Equal(backup, FileStatus.TryOf(folder[name], out int _)!.Value.Owner));
                if (done) Assert.Equal(9, mine.Length);
            });
    }

    [Fact]
    public void Waiting_for_a_manifest_can_be_cancelled()
    {
        using HeldLock held = Locks().Manifest(Snapshot, SnapshotFolder, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var time = new SteppedTime { AfterPause = n => { if (n == 3) cancel.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => Locks(time).Manifest(Snapshot, SnapshotFolder, cancel.Token));
    }

    [Fact]
    public void A_manifest_replaced_while_we_waited_is_locked_anew()
    {
        Directory.Delete(_run);
        HeldLock first = Locks().Manifest(Snapshot, SnapshotFolder, CancellationToken.None);
        string path = Path.Combine(SnapshotFolder, "index.json.blob");
        var time = new SteppedTime
        {
            AfterPause = n =>
            {
                if (n != 2) return;
                AtomicFile.Replace(FileMutations.Default, path, "y"u8, 0x1A4, owner: null, Durability.Rename);
                first.Dispose();
            },
        };
        using HeldLock second = Locks(time).Manifest(Snapshot, SnapshotFolder, CancellationToken.None);
        Assert.Throws<PbsLockedException>(() => Locks(new SteppedTime()).Manifest(Snapshot, SnapshotFolder, CancellationToken.None));
    }

    public void Dispose() => _folder.Dispose();

    private string SnapshotFolder => Path.Combine(_store, SnapshotName);

    private GroupFolder OpenGroup()
    {
        using NamespaceFolder root = NamespaceFolder.Open(Datastore.Open(_store, "store1", FolderAccess.Default), BackupNamespace.Root);
        return new GroupWalk().Open(root, GroupPath.Parse(GroupName));
    }

    private static Folder OpenSnapshot(GroupFolder group)
    {
        Folder? folder = null;
        Assert.Equal(0, group.Folder.OpenFolder(System.Text.Encoding.UTF8.GetBytes(BackupTime.Format(Snapshot.Time)), ref folder));
        return folder!;
    }

    private void LockOpen(GroupFolder group)
    {
        using Folder open = OpenSnapshot(group);
        Locks().Snapshot(group, new TimeFolder(Snapshot.Time, 0), open, LockMode.Shared, "busy here").Dispose();
    }

    private DatastoreLocks Locks(TimeProvider? time = null) => new(_store, "store1", _run, FileMutations.Default, time ?? TimeProvider.System);

    private void Expect(bool free, string what, string mode)
    {
        if (free) Take(what, mode).Dispose();
        else Assert.Throws<PbsLockedException>(() => Take(what, mode));
    }

    private HeldLock Take(string what, string mode)
    {
        LockMode lockMode = Enum.Parse<LockMode>(mode);
        return what switch
        {
            "store" => Locks().Store(lockMode),
            "group" => Locks().Group(BackupNamespace.Root, GroupPath.Parse(GroupName), Path.Combine(_store, GroupName), lockMode, "busy here"),
            "snapshot" => Locks().Snapshot(Snapshot, SnapshotFolder, lockMode, "busy here"),
            _ => Locks(new SteppedTime()).Manifest(Snapshot, SnapshotFolder, CancellationToken.None),
        };
    }

    private string Ask(SecondProcess other, string what, string mode) => what switch
    {
        "store" => other.Ask("take", "x", what, mode, _store, "store1", _run),
        "group" => other.Ask("take", "x", what, mode, _store, "store1", _run, GroupName),
        _ => other.Ask("take", "x", what, mode, _store, "store1", _run, SnapshotName),
    };
}
