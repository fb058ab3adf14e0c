using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>What is in use is found wherever it has gone meanwhile, and with whatever memory there is.</summary>
public sealed class GarbageMarkTests : IDisposable
{
    private const string Index = "vm/100/2024-05-01T10:00:00Z/disk.img.didx";

    private readonly GarbageStore _store = new();
    private readonly Digest _old;

    public GarbageMarkTests()
    {
        AtomicFileTests.NeedsLinux();
        _old = _store.Put("old", 40);
        _store.Put("young", 0.5);
        _store.AddIndex(Index, _store.Put("used", 40));
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(40)]
    public void Without_memory_each_reference_is_touched(int given)
    {
        Digest[] used = [.. Enumerable.Range(0, 300).Select(i => _store.Put($"used {i}", 40))];
        Digest missing = Digest.Of("missing"u8);
        for (int i = 2; i < 5; i++) _store.AddIndex($"vm/100/2024-05-0{i}T10:00:00Z/a.didx", [.. used, missing]);
        int left = given;
        var settings = new GarbageCollectionSettings { Allocate = bytes => left-- > 0 ? Given(bytes) : throw new InsufficientMemoryException() };
        var log = new GarbageLog();
        GarbageCollectionFile status = _store.Collect(log, settings);
        Assert.Equal((301, 1, 1), (status.DiskChunks, status.RemovedChunks, status.PendingChunks));
        Assert.All(used, digest => Assert.True(_store.Has(digest)));
        Assert.Single(log.Lines, line => line.StartsWith("WARN: the system had memory for the digests of ", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith($"WARN: warning: unable to access non-existent chunk {missing}", StringComparison.Ordinal));
    }

    private static unsafe nint Given(nuint bytes) => (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(bytes);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_renamed_while_indexes_are_looked_for_is_found(bool onServer)
    {
        // From a folder that is looked at last into one that was looked at before.
        _store.AddIndex("vm/zzz/2024-05-01T10:00:00Z/disk.img.didx", _old);
        string from = _store.Disk.PathOf("vm/zzz/2024-05-01T10:00:00Z"), to = _store.Disk.PathOf("vm/100/2024-05-02T10:00:00Z"), hidden = _store.Disk.PathOf(".moving");
        string journal = Path.Combine(_store.Disk.Parent, "move-journal");
        int walks = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call != FolderCall.List || path != _store.Disk.PathOf("vm/zzz")) return 0;
            if (walks++ == 0) Directory.Move(from, onServer ? hidden : to);

            // A second time, when it is being looked for once more: a server says so before it does it.
            else if (onServer) File.WriteAllText(journal, $"/nowhere/x.didx\n{hidden}/disk.img.didx\n{_store.Disk.PathOf(Index)}\n{to}/disk.img.didx\n");
            return 0;
        });
        var log = new GarbageLog();
        GarbageCollectionFile status = _store.Collect(log, new GarbageCollectionSettings { MoveJournal = journal }, folders: folders);
        Assert.Equal((2, 0), (status.IndexFileCount, status.RemovedChunks));
        Assert.True(_store.Has(_old));
        Assert.Contains("found (and marked) 1 index files that were moved meanwhile", log.Lines);
    }

    [Fact]
    public void The_journal_is_emptied_once_its_indexes_are_marked()
    {
        // Written when everything is listed: only what is read under the lock can know of it.
        string journal = Path.Combine(_store.Disk.Parent, "move-journal"), moved = Path.Combine(_store.Disk.Parent, "moved.didx");
        File.Move(_store.AddIndex("x.didx", _old), moved);
        File.WriteAllText(journal, "/nowhere/x.didx\n");
        var mutations = new RecordedMutations();
        var settings = new GarbageCollectionSettings
        {
            MoveJournal = journal,
            Time = new JournalClock(() => File.AppendAllText(journal, $"{moved}\n")),
        };
        Assert.Equal(0, _store.Collect(settings: settings, mutations: mutations).RemovedChunks);
        Assert.Equal((true, ""), (_store.Has(_old), File.ReadAllText(journal)));
    }

    [Fact]
    public void A_journal_that_another_process_writes_into_is_waited_for_and_left()
    {
        string journal = Path.Combine(_store.Disk.Parent, "move-journal");
        File.WriteAllText(journal, "/nowhere/x.didx\n");
        FileLock? mover = FileLock.TryTake(NativeFile.OpenRead(journal), journal, LockMode.Exclusive);
        Assert.NotNull(mover);
        var log = new GarbageLog();
        Assert.Equal(1, _store.Collect(log, new GarbageCollectionSettings { MoveJournal = journal }).RemovedChunks);
        mover.Dispose();
        Assert.Contains($"WARN: move journal \"{journal}\" is not emptied: it was locked by another process for 10 s", log.Lines);
        Assert.NotEmpty(File.ReadAllText(journal));
    }

    [Fact]
    public void A_collection_that_is_refused_leaves_the_journal()
    {
        string journal = Path.Combine(_store.Disk.Parent, "move-journal"), cut = _store.AddIndex("vm/100/2024-05-03T10:00:00Z/x.didx", _old, _old);
        byte[] content = File.ReadAllBytes(cut);
        File.WriteAllBytes(cut, content[..^40]);
        File.WriteAllText(journal, "/nowhere/x.didx\n");
        Assert.ThrowsAny<PbsException>(() => _store.Collect(settings: new GarbageCollectionSettings { MoveJournal = journal }));
        Assert.NotEmpty(File.ReadAllText(journal));
    }

    /// <summary>A clock that is first asked for how long to wait for the lock, after everything was listed.</summary>
    private sealed class JournalClock(Action first) : TimeProvider
    {
        private bool _isAsked;

        public override long GetTimestamp()
        {
            if (!_isAsked) first();
            _isAsked = true;
            return base.GetTimestamp();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_index_that_is_a_link_ends_it(bool isThere)
    {
        string path = _store.Disk.PathOf("vm/100/2024-05-01T10:00:00Z/linked.img.didx"), elsewhere = Path.Combine(_store.Disk.Parent, "elsewhere.didx");
        File.Move(_store.AddIndex("x.didx", _old), elsewhere);
        File.CreateSymbolicLink(path, elsewhere);
        if (!isThere) File.Delete(elsewhere);
        var failure = Assert.ThrowsAny<PbsException>(() => _store.Collect());
        Assert.StartsWith($"can't open index '{path}' - ", failure.Message, StringComparison.Ordinal);
        Assert.True(_store.Has(_old));
    }
}
