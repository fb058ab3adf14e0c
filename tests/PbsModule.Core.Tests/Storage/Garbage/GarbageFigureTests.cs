using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>The figures of a collection and of a measurement: bad chunks, touches, ages.</summary>
public sealed class GarbageFigureTests : IDisposable
{
    private readonly GarbageStore _store = new();
    private readonly Digest _used;

    public GarbageFigureTests()
    {
        AtomicFileTests.NeedsLinux();
        _used = _store.Put("used", 40);
        _store.Put("old", 40);
        _store.Put("young", 0.5);
        _store.Disk.AddGroup("vm/100");
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/disk.img.didx", _used);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void What_was_set_aside_goes_by_its_age_unless_it_is_wanted()
    {
        Digest wanted = Digest.Of("wanted"u8), healed = _store.Put("healed", 40);
        _store.AddIndex("vm/100/2024-05-02T10:00:00Z/a.didx", wanted, healed);
        _store.Put("wanted", 40, ".0.bad");
        _store.Put("wanted", 40, ".9.bad");
        _store.Put("healed", 40, ".0.bad");
        _store.Put("nobody's", 40, ".0.bad");
        _store.Put("nobody's", 0.5, ".1.bad");
        var log = new GarbageLog();
        GarbageFigures measured = _store.Measure();
        GarbageCollectionFile status = _store.Collect(log);
        Assert.Equal((2, 1), (status.RemovedBad, status.StillBad));
        Assert.Equal(5, measured.BadChunks);
        Assert.Equal((status.RemovedBytes, status.PendingBytes, status.DiskBytes), (measured.ReclaimableBytes, measured.PendingBytes, measured.InUseBytes));
        Assert.Equal(1, measured.MissingChunks);
        Assert.True(_store.Has(wanted, ".0.bad") && _store.Has(wanted, ".9.bad") && !_store.Has(healed, ".0.bad"));
        Assert.Contains("Removed bad chunks: 2", log.Lines);
        Assert.Contains("Leftover bad chunks: 1", log.Lines);
    }

    [Fact]
    public void Each_chunk_is_touched_once_and_its_modification_time_stays()
    {
        DateTime modified = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_store.PathOf(_used), modified);
        for (int i = 2; i < 9; i++) _store.AddIndex($"vm/100/2024-05-0{i}T10:00:00Z/a.didx", _used, _used, _used);
        var mutations = new RecordedMutations();
        _store.Collect(mutations: mutations);
        Assert.Single(mutations.Changes, $"touch {_used}");
        Assert.Equal(modified, File.GetLastWriteTimeUtc(_store.PathOf(_used)));
        Assert.Equal(DateTime.UtcNow, File.GetLastAccessTimeUtc(_store.PathOf(_used)), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Measuring_changes_nothing_and_needs_little_memory()
    {
        Digest[] many = [.. Enumerable.Range(0, 9000).Select(i => Digest.Of(BitConverter.GetBytes(i)))];
        _store.AddIndex("vm/100/2024-05-02T10:00:00Z/a.didx", many);
        DateTime before = File.GetLastAccessTimeUtc(_store.PathOf(_used));
        GarbageFigures all = _store.Measure(), parts = _store.Measure(new GarbageCollectionSettings { Memory = 0 });
        Assert.Equal((9000, 1, 1), (all.MissingChunks, all.ReclaimableChunks, all.PendingChunks));
        Assert.Equal((all.MissingChunks, all.ReclaimableChunks, all.PendingChunks, all.InUseChunks, all.InUseBytes, all.IndexFiles, all.IndexBytes),
            (parts.MissingChunks, parts.ReclaimableChunks, parts.PendingChunks, parts.InUseChunks, parts.InUseBytes, parts.IndexFiles, parts.IndexBytes));
        Assert.Equal(before, File.GetLastAccessTimeUtc(_store.PathOf(_used)));
        Assert.Equal([1, 0, 0, 1, 0], all.Ages.Select(age => age.Chunks));
    }
}
