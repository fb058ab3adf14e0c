using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>Whatever goes wrong while garbage is collected: nothing that is in use is removed, and the error says what and where.</summary>
public sealed class GarbageFaultTests : IDisposable
{
    private const string Snapshot = "vm/100/2024-05-01T10:00:00Z";
    private const string Index = $"{Snapshot}/disk.img.didx";

    private readonly GarbageStore _store = new();
    private readonly Digest _used, _old, _young;

    public GarbageFaultTests()
    {
        AtomicFileTests.NeedsLinux();
        _used = _store.Put("used", 40);
        _old = _store.Put("old", 40);
        _young = _store.Put("young", 0.5);
        _store.Disk.AddGroup("vm/100");
        _store.AddIndex(Index, _used);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void What_is_in_use_stays_and_what_is_old_goes()
    {
        GarbageFigures measured = _store.Measure();
        GarbageCollectionFile status = _store.Collect();
        Assert.Equal((1, 1, 1, 1), (status.DiskChunks, status.RemovedChunks, status.PendingChunks, status.IndexFileCount));
        Assert.Equal((status.DiskBytes, status.RemovedBytes, status.PendingBytes), (measured.InUseBytes, measured.ReclaimableBytes, measured.PendingBytes));
        Assert.Equal((true, false, true), (_store.Has(_used), _store.Has(_old), _store.Has(_young)));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.DiskFull)]
    internal void Wherever_it_ends_nothing_in_use_is_lost_and_the_next_one_finishes(Fault fault)
    {
        int changes = 0;
        for (int n = 1; ; n++)
        {
            using var store = new GarbageStore();
            Digest[] used = [.. Enumerable.Range(0, 4).Select(i => store.Put($"used {i}", 40))];
            Digest[] old = [.. Enumerable.Range(0, 4).Select(i => store.Put($"old {i}", 40))];
            store.AddIndex(Index, used);
            var mutations = new RecordedMutations(fault, n);
            try
            {
                store.Collect(mutations: mutations);
            }
            catch (Exception e) when (mutations.Failed && e is KilledException or PbsException)
            {
                // As intended.
            }

            Assert.All(used, digest => Assert.True(store.Has(digest)));
            store.Collect();
            Assert.All(used, digest => Assert.True(store.Has(digest)));

            // Where there is no room for a file to try access times on, a chunk is touched, which then may stay for a day.
            Assert.InRange(old.Count(digest => store.Has(digest)), 0, fault == Fault.DiskFull ? 1 : 0);
            Assert.Empty(Directory.GetFiles(store.Disk.PathOf(".chunks"), ".*"));
            if (!mutations.Failed) break;
            changes = n;
        }

        Assert.True(changes >= 12, $"{changes}");
    }

    /// <summary>Really killed, at random moments. PBS_KILL_COUNT sets how often (CI 8; soak 1,000).</summary>
    [Fact]
    public void A_process_that_is_killed_has_lost_nothing()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("PBS_KILL_COUNT"), out int wanted) ? wanted : 8, begun = 0;
        Digest[] used = [.. Enumerable.Range(0, 400).Select(i => _store.Put($"used {i}", 40))];
        for (int i = 0; i < used.Length; i++) _store.AddIndex($"vm/100/2024-05-02T10:{i / 60:00}:{i % 60:00}Z/disk.img.didx", used[i]);
        for (int kill = 0; kill < count; kill++)
        {
            Digest[] old = [.. Enumerable.Range(0, 400).Select(i => _store.Put($"old {i}", 40))];
            using var other = new SecondProcess();
            Assert.Equal("unknown command", other.Ask("hello"));
            other.Tell("collect", _store.Path);

            // Half of them as soon as something is removed, the others whenever.
            if (kill % 2 == 0) SpinWait.SpinUntil(() => old.Any(digest => !_store.Has(digest)), TimeSpan.FromSeconds(30));
            else Thread.Sleep(Random.Shared.Next(10, 250));
            other.Kill();
            Assert.All(used, digest => Assert.True(_store.Has(digest)));
            if (old.Any(digest => !_store.Has(digest))) begun++;
        }

        _store.Collect();
        Assert.All(used, digest => Assert.True(_store.Has(digest)));
        Assert.True(begun > 0, "none ever came as far as to remove something");
        Assert.Equal(0, _store.Collect().RemovedChunks);
    }

    [Theory]
    [InlineData(OsError.ENOSPC)]
    [InlineData(OsError.EDQUOT)]
    public void On_a_full_disk_garbage_is_collected_all_the_same(int error)
    {
        Digest[] old = [.. Enumerable.Range(0, 40).Select(i => _store.Put($"old {i}", 41))];
        var full = new FailingMutations(error, path => Path.GetFileName(path).StartsWith('.'));
        GarbageCollectionFile status = _store.Collect(mutations: full);
        Assert.InRange(old.Count(digest => _store.Has(digest)), 0, 1);
        Assert.True(_store.Has(_used) && _store.Has(_young) && status.RemovedChunks >= 40);

        // Without a chunk there is nothing to try it on, and nothing to collect.
        Directory.Delete(_store.Disk.PathOf(".chunks"), recursive: true);
        Directory.CreateDirectory(_store.Disk.PathOf(".chunks"));
        Assert.Equal(PbsErrorId.AccessTimesNotKept, Assert.Throws<PbsStorageException>(() => _store.Collect(mutations: full)).ErrorId);
    }

    [Fact]
    public void On_a_full_disk_one_collection_follows_another_at_once()
    {
        var full = new FailingMutations(OsError.ENOSPC, path => Path.GetFileName(path).StartsWith('.'));
        _store.AddIndex("vm/100/2024-05-02T10:00:00Z/a.didx", _young);
        Assert.Equal(1, _store.Collect(mutations: full).RemovedChunks);
        Assert.Equal(2, _store.Collect(mutations: full).DiskChunks);
    }

    [Fact]
    public void On_a_full_disk_that_keeps_no_access_times_nothing_is_done()
    {
        var mutations = new RecordedMutations(Fault.DiskFull, 1) { Swallows = made => made.StartsWith("touch", StringComparison.Ordinal) };
        Assert.Equal(PbsErrorId.AccessTimesNotKept, Assert.Throws<PbsConflictException>(() => _store.Collect(mutations: mutations)).ErrorId);
        Assert.Equal(2, mutations.Changes.Count);
        Assert.True(_store.Has(_old));
    }

    [Theory]
    [InlineData("access time")]
    [InlineData("touch")]
    public void Where_access_times_are_not_kept_nothing_is_done(string change)
    {
        var mutations = new RecordedMutations { Swallows = made => made.StartsWith(change, StringComparison.Ordinal) };
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect(mutations: mutations));
        Assert.Equal(PbsErrorId.AccessTimesNotKept, refusal.ErrorId);
        Assert.DoesNotContain(mutations.Changes, made => made.Contains(_used.ToString(), StringComparison.Ordinal));
        Assert.True(_store.Has(_old));
        Assert.Empty(Directory.GetFiles(_store.Disk.PathOf(".chunks"), ".*"));
    }

    [Theory]
    [InlineData("vm", "backup type")]
    [InlineData("vm/101", "group")]
    [InlineData("vm/100/2024-06-01T10:00:00Z", "snapshot")]
    [InlineData("ns", "namespace")]
    [InlineData("ns/a", "namespace")]
    public void A_link_in_the_place_of_a_folder_is_refused(string place, string what)
    {
        string path = _store.Disk.PathOf(place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path)) Directory.Move(path, _store.Disk.PathOf("elsewhere"));
        Directory.CreateSymbolicLink(path, _store.Disk.PathOf("elsewhere"));
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect());
        Assert.Equal(PbsErrorId.SymbolicLinkRefused, refusal.ErrorId);
        Assert.Contains($"a symbolic link where a {what} folder belongs", refusal.Message, StringComparison.Ordinal);
        Assert.True(_store.Has(_old));
        Assert.Equal(refusal.Message, Assert.Throws<PbsConflictException>(() => _store.Measure()).Message);
    }

    [Fact]
    public void Indexes_count_wherever_they_lie_but_behind_hidden_names()
    {
        Digest strange = _store.Put("strange", 40), hidden = _store.Put("hidden", 40);
        _store.AddIndex("old backups/some/where/x.didx", strange);
        _store.AddIndex("vm/100/.trash/x.didx", hidden);
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/.x.didx", hidden);
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/x.tmp_didx", hidden);
        var log = new GarbageLog();
        Assert.Equal(2, _store.Collect(log).IndexFileCount);
        Assert.Contains("found (and marked) 1 index files outside of expected directory scheme", log.Lines);
        Assert.Equal((true, false), (_store.Has(strange), _store.Has(hidden)));
    }

    [Theory]
    [InlineData("old backups/out")]
    [InlineData("out")]
    [InlineData("vm/100/2024-05-01T10:00:00Z/more/out")]
    public void A_link_to_a_folder_elsewhere_is_refused_since_indexes_in_it_would_not_count(string link)
    {
        Digest linked = _store.Put("linked", 40);
        using var outside = new TemporaryFolder();
        string path = _store.Disk.PathOf(link), hidden = _store.Disk.PathOf(".hidden");
        File.Move(_store.AddIndex("y.didx", linked), outside["y.didx"]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(hidden);
        foreach (string target in new[] { outside.Root, _store.Disk.Parent, hidden })
        {
            Directory.CreateSymbolicLink(path, target);
            var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect());
            Assert.Equal((PbsErrorId.SymbolicLinkRefused, path), (refusal.ErrorId, refusal.Target));
            Assert.Contains("a folder outside of the datastore", refusal.Message, StringComparison.Ordinal);
            Assert.True(_store.Has(linked) && _store.Has(_old));
            File.Delete(path);
        }
    }

    [Fact]
    public void Links_to_nothing_to_files_and_back_into_the_store_hide_no_index()
    {
        string Link(string name) => _store.Disk.PathOf($"old backups/{name}");
        Directory.CreateDirectory(_store.Disk.PathOf("old backups"));
        using var outside = new TemporaryFolder();
        File.WriteAllText(outside["readme"], "");
        File.CreateSymbolicLink(Link("file"), outside["readme"]);
        File.CreateSymbolicLink(Link("nothing"), outside["gone"]);
        File.CreateSymbolicLink(Link("itself"), Link("itself"));
        Directory.CreateSymbolicLink(Link("group"), _store.Disk.PathOf("vm/100"));
        Directory.CreateSymbolicLink(Link("store"), "..");
        Assert.Equal((1, true, false), (_store.Collect().IndexFileCount, _store.Has(_used), _store.Has(_old)));
    }

    [Fact]
    public void The_store_itself_may_have_a_hidden_name()
    {
        string hidden = Path.Combine(_store.Disk.Parent, ".store");
        Directory.Move(_store.Path, hidden);
        new GarbageCollection(Datastore.Open(hidden, "store", FolderAccess.Default), FileMutations.Default, new(), new GarbageLog()).Run(null, CancellationToken.None);
        Directory.Move(hidden, _store.Path);
        Assert.Equal((true, false), (_store.Has(_used), _store.Has(_old)));
    }

    [Fact]
    public void Groups_without_any_index_are_not_believed()
    {
        File.Delete(_store.Disk.PathOf(Index));
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect());
        Assert.Equal(PbsErrorId.NoIndexFound, refusal.ErrorId);
        Assert.Equal(refusal.Message, Assert.Throws<PbsConflictException>(() => _store.Measure()).Message);
        Assert.True(_store.Has(_used) && _store.Has(_old));
        Directory.Delete(_store.Disk.PathOf("vm"), recursive: true);
        Assert.Equal(2, _store.Collect().RemovedChunks);
    }

    [Theory]
    [InlineData("vm/100", OsError.EACCES, "cannot continue garbage-collection safely, permission denied on: \"{0}\"")]
    [InlineData("vm/100", OsError.EIO, "unexpected error on datastore traversal: Input/output error (os error 5) - \"{0}\"")]
    [InlineData("vm/lost+found", OsError.EACCES, "cannot continue garbage-collection safely, permission denied on: \"{0}\"")]
    [InlineData("lost+found", OsError.EACCES, null)]
    [InlineData("vm/200", OsError.ENOENT, null)]
    public void What_cannot_be_looked_at_ends_it(string place, int error, string? message)
    {
        string path = _store.Disk.PathOf(place);
        Directory.CreateDirectory(path);
        int left = error == OsError.ENOENT ? 1 : int.MaxValue;
        var folders = new FaultyFolders((call, at) => call == FolderCall.Open && at == path && left-- > 0 ? error : 0);
        var log = new GarbageLog();
        if (message is null)
        {
            Assert.Equal(1, _store.Collect(log, folders: folders).RemovedChunks);
            Assert.Equal(error == OsError.ENOENT, log.Lines.Contains($"ignoring vanished file: \"{path}\""));
            return;
        }

        var failure = Assert.ThrowsAny<PbsException>(() => _store.Collect(log, folders: folders));
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, path), failure.Message);
        Assert.True(_store.Has(_old));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(OsError.EIO)]
    public void What_a_listing_does_not_tell_is_asked_for(int error)
    {
        string group = _store.Disk.PathOf("vm/100");
        var folders = new FaultyFolders((call, path) => call == FolderCall.Kind && path == group ? error : 0) { IsUntold = path => path == group };
        if (error == 0)
        {
            Assert.Equal((1, 1), Counts(_store.Collect(folders: folders)));
        }
        else
        {
            // With another group, for what is not seen at all is no longer found missing.
            _store.AddIndex("vm/200/2024-05-01T10:00:00Z/disk.img.didx", _young);
            var failure = Assert.Throws<PbsStorageException>(() => _store.Collect(folders: folders));
            Assert.Equal($"unexpected error on datastore traversal: Input/output error (os error 5) - \"{group}\"", failure.Message);
            Assert.True(_store.Has(_old));
        }

        Assert.True(_store.Has(_used));
    }

    [Fact]
    public void A_folder_of_an_index_name_ends_it()
    {
        string path = Directory.CreateDirectory(_store.Disk.PathOf("vm/100/x.fidx")).FullName;
        var failure = Assert.ThrowsAny<PbsException>(() => _store.Collect());
        Assert.StartsWith($"can't open index '{path}' - ", failure.Message, StringComparison.Ordinal);
        Assert.True(_store.Has(_old));
    }

    [Fact]
    public void A_chunk_folder_that_cannot_be_read_ends_it()
    {
        string folder = Path.GetDirectoryName(_store.PathOf(_old))!;
        var folders = new FaultyFolders((call, at) => call == FolderCall.List && at == folder ? OsError.EIO : 0);
        var failure = Assert.Throws<PbsStorageException>(() => _store.Collect(folders: folders));
        Assert.Equal($"unable to read chunk folder \"{folder}\" - Input/output error (os error 5)", failure.Message);
        Assert.False(File.Exists(_store.Disk.PathOf(".gc-status")));
    }

    [Fact]
    public void A_link_in_the_place_of_a_chunk_folder_is_refused_before_anything_is_removed()
    {
        string folder = Path.GetDirectoryName(_store.PathOf(_used))!, elsewhere = Path.Combine(_store.Disk.Parent, "elsewhere");
        Directory.Move(folder, elsewhere);
        Directory.CreateSymbolicLink(folder, elsewhere);
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect());
        Assert.Equal(PbsErrorId.SymbolicLinkRefused, refusal.ErrorId);
        Assert.Equal($"\"{folder}\" is a symbolic link where a folder of chunks belongs; it is not followed", refusal.Message);
        Assert.True(_store.Has(_used) && _store.Has(_old));
        Assert.Equal(refusal.Message, Assert.Throws<PbsConflictException>(() => _store.Measure()).Message);

        // One that comes meanwhile.
        File.Delete(folder);
        Directory.Move(elsewhere, folder);
        var settings = new GarbageCollectionSettings
        {
            BeforeSweep = () =>
            {
                Directory.Move(folder, elsewhere);
                Directory.CreateSymbolicLink(folder, elsewhere);
            },
        };
        Assert.Equal(refusal.Message, Assert.Throws<PbsConflictException>(() => _store.Collect(settings: settings)).Message);
        Assert.True(_store.Has(_used));
    }

    [Fact]
    public void A_chunk_that_cannot_be_touched_or_removed_ends_it()
    {
        string used = _store.PathOf(_used), old = _store.PathOf(_old);
        var failure = Assert.Throws<PbsPermissionException>(() => _store.Collect(mutations: new FailingMutations(OsError.EPERM, path => path == used)));
        Assert.Equal($"update atime failed for chunk/file \"{used}\" - Operation not permitted (os error 1)", failure.Message);
        Assert.True(_store.Has(_old));
        failure = Assert.Throws<PbsPermissionException>(() => _store.Collect(mutations: new FailingMutations(OsError.EACCES, path => path == old)));
        Assert.Equal($"unlinking chunk \"{old}\" failed on store 'store' - Permission denied (os error 13)", failure.Message);
    }

    [Fact]
    public void An_index_that_vanishes_is_no_loss_and_one_that_comes_too_late_is_safe()
    {
        string gone = _store.AddIndex("vm/100/2024-05-02T10:00:00Z/a.didx", _old);
        var log = new GarbageLog { OnProgress = status => File.Delete(gone) };
        Digest late = default;
        var settings = new GarbageCollectionSettings
        {
            BeforeSweep = () =>
            {
                // As a backup does: chunks first, known ones touched, then the index.
                late = _store.Put("late", 0);
                FileMutations.Default.TouchAccessTime(_store.PathOf(_young));
                _store.AddIndex("vm/100/2024-05-03T10:00:00Z/a.didx", late, _young);
            },
        };
        Assert.Equal(1, _store.Collect(log, settings).IndexFileCount);
        Assert.Contains($"ignoring vanished file: \"{gone}\"", log.Lines);
        Assert.Equal((true, true, true, false), (_store.Has(_used), _store.Has(late), _store.Has(_young), _store.Has(_old)));
    }

    [Fact]
    public void A_clock_that_is_set_back_ends_it_before_anything_goes()
    {
        var clock = new SteppedTime(TimeProvider.System.GetUtcNow());
        var log = new GarbageLog { OnProgress = _ => clock.Passed = TimeSpan.FromDays(-3) };
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect(log, new GarbageCollectionSettings { Time = clock }));
        Assert.Equal(PbsErrorId.ClockSetBack, refusal.ErrorId);
        Assert.True(_store.Has(_old));
    }

    [Fact]
    public void What_was_marked_stays_even_if_its_access_time_is_lost()
    {
        var log = new GarbageLog();
        var settings = new GarbageCollectionSettings { BeforeSweep = () => File.SetLastAccessTimeUtc(_store.PathOf(_used), DateTime.UtcNow.AddDays(-20)) };
        Assert.Equal((1, 1), (_store.Collect(log, settings).DiskChunks, log.Lines.Count(line => line.StartsWith("WARN: 1 chunks in use", StringComparison.Ordinal))));
        Assert.True(_store.Has(_used));
    }

    [Fact]
    public void The_cutoff_can_be_older_and_not_younger()
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal((0, 2), Counts(_store.Collect(settings: new GarbageCollectionSettings { Cutoff = now - (60 * 86400) })));
        var refusal = Assert.Throws<PbsArgumentException>(() => _store.Collect(settings: new GarbageCollectionSettings { Cutoff = now - 86400 }));
        Assert.Equal(PbsErrorId.CutoffTooRecent, refusal.ErrorId);
        Assert.Equal(0, _store.Collect(settings: new GarbageCollectionSettings { Times = start => CollectionTimes.At(start, start - (50 * 86400)) }).RemovedChunks);
        Assert.Equal((1, 1), Counts(_store.Collect()));
    }

    private static (long Removed, long Pending) Counts(GarbageCollectionFile status) => (status.RemovedChunks, status.PendingChunks);
}
