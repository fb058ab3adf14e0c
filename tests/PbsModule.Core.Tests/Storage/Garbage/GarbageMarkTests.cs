using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Garbage;

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
