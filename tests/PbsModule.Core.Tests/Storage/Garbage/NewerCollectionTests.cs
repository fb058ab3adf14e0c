using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>
/// Garbage collection beside servers after 3.2.4: the chunk that tests access times (3.3.7), the switch of that test, and
/// the members of <c>.gc-status</c> (4.0.2).
/// </summary>
public sealed class NewerCollectionTests : IDisposable
{
    private readonly GarbageStore _store = new();

    public NewerCollectionTests() => AtomicFileTests.NeedsLinux();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_probe_is_the_chunk_of_zeros() => Assert.Equal(Digest.Of(new byte[4 << 20]), ProbeChunk.Digest);

    [Fact]
    public void The_chunk_that_tests_access_times_is_no_garbage()
    {
        Digest probe = Probe(daysAgo: 40), old = _store.Put("old", 40), used = _store.Put("used", 0);
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", used);
        GarbageFigures measured = _store.Measure();
        Assert.Equal((1, 1), (measured.ReclaimableChunks, measured.InUseChunks));
        GarbageCollectionFile collected = _store.Collect();
        Assert.Equal((1, 2), (collected.RemovedChunks, collected.DiskChunks));
        Assert.True(_store.Has(probe) && _store.Has(used) && !_store.Has(old));
    }

    [Fact]
    public void What_was_set_aside_of_it_is_garbage_as_any_other()
    {
        Digest probe = Probe(daysAgo: 40);
        File.Move(_store.PathOf(probe), _store.PathOf(probe) + ".0.bad");
        File.SetLastAccessTimeUtc(_store.PathOf(probe) + ".0.bad", DateTime.UtcNow.AddDays(-40));
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", _store.Put("used", 0));
        Assert.Equal(1, _store.Collect().RemovedBad);
    }

    /// <summary>PBS 4.1.2, chunk_store.rs: only these names are chunks, and others are skipped.</summary>
    [Theory]
    [InlineData(".0.bad", true)]
    [InlineData(".9.bad", true)]
    [InlineData(".x.bad", false)]
    [InlineData("00.bad", false)]
    [InlineData(".using", false)]
    [InlineData(".other", false)]
    [InlineData(".tmp_aB3xY9", false)]
    public void Only_numbered_copies_of_a_chunk_are_bad_chunks_and_no_other_file_is_touched(string suffix, bool isBad)
    {
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", _store.Put("used", 0));
        Digest odd = _store.Put("odd", 40, suffix);
        GarbageFigures measured = _store.Measure();
        Assert.Equal((isBad ? 1 : 0, 0), (measured.BadChunks, measured.ReclaimableChunks));
        GarbageCollectionFile collected = _store.Collect();
        Assert.Equal((isBad ? 1 : 0, 0, 0), (collected.RemovedBad, collected.StillBad, collected.RemovedChunks));
        Assert.Equal(!isBad, _store.Has(odd, suffix));
    }

    [Fact]
    public void A_bad_copy_counts_as_still_bad_only_while_it_waits()
    {
        Digest wanted = _store.Put("wanted", 40, ".9.bad");
        Digest waits = _store.Put("waits", 0.5, ".3.bad");
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", wanted);
        GarbageCollectionFile collected = _store.Collect();
        Assert.Equal((0, 1, 0), (collected.RemovedBad, collected.StillBad, collected.DiskChunks));
        Assert.True(_store.Has(wanted, ".9.bad") && _store.Has(waits, ".3.bad"));
    }

    /// <summary>The greatest gc-cache-capacity of PBS, 8 Mi digests, fits into the memory that a collection may use.</summary>
    [Fact]
    public void Every_capacity_that_a_server_can_be_given_is_remembered_by_default() =>
        Assert.True(GarbageCollectionSettings.DefaultMemory / 57 >= 8L << 20);

    [Fact]
    public void Without_the_test_a_collection_goes_by_what_it_remembers()
    {
        Digest used = _store.Put("used", 40), old = _store.Put("old", 40);
        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", used);
        var forgets = new Func<RecordedMutations>(() => new RecordedMutations
        {
            Swallows = made => made.StartsWith("touch", StringComparison.Ordinal) || made.StartsWith("access time", StringComparison.Ordinal),
        });
        Assert.Equal(PbsErrorId.AccessTimesNotKept, Assert.Throws<PbsConflictException>(() => _store.Collect(mutations: forgets())).ErrorId);

        // With memory for no digest nothing but the access time would tell that the chunk is in use.
        var settings = new GarbageCollectionSettings { DemandsAccessTimes = false };
        Assert.Equal(
            PbsErrorId.AccessTimesNotKept,
            Assert.Throws<PbsConflictException>(() => _store.Collect(mutations: forgets(), settings: settings with { Allocate = _ => throw new InsufficientMemoryException() })).ErrorId);
        Assert.True(_store.Has(used) && _store.Has(old));

        var log = new GarbageLog();
        Assert.Equal(1, _store.Collect(log, settings, forgets()).RemovedChunks);
        Assert.True(_store.Has(used) && !_store.Has(old));
        Assert.Contains(log.Lines, warning => warning.Contains("gc-atime-safety-check is off", StringComparison.Ordinal));
    }

    [Fact]
    public void Members_of_newer_servers_are_read_and_unknown_ones_do_no_harm()
    {
        const string status =
            """
            {"upid":null,"index-file-count":3,"index-data-bytes":4,"disk-bytes":5,"disk-chunks":6,"removed-bytes":0,"removed-chunks":0,
            "pending-bytes":0,"pending-chunks":0,"removed-bad":0,"still-bad":0,"cache-stats":{"hits":70,"misses":8,"other":1},"later":{"a":[1]}}
            """;
        File.WriteAllText(_store.Disk.PathOf(".gc-status"), status);
        GarbageCollectionFile? read = GarbageCollectionFile.Read(Datastore.Open(_store.Path, "store", Interop.Files.FolderAccess.Default), out ListingProblem? problem);
        Assert.Null(problem);
        Assert.Equal((3, new GarbageCacheStats(70, 8)), (read!.IndexFileCount, read.CacheStats));

        _store.AddIndex("vm/100/2024-05-01T10:00:00Z/a.didx", _store.Put("used", 0));
        _store.Collect();
        Assert.DoesNotContain("cache-stats", File.ReadAllText(_store.Disk.PathOf(".gc-status")), StringComparison.Ordinal);
    }

    private Digest Probe(double daysAgo)
    {
        byte[] zeros = new byte[4 << 20];
        var digest = Digest.Of(zeros);
        Directory.CreateDirectory(Path.GetDirectoryName(_store.PathOf(digest))!);
        File.WriteAllBytes(_store.PathOf(digest), DataBlob.Encode(zeros));
        File.SetLastAccessTimeUtc(_store.PathOf(digest), DateTime.UtcNow.AddDays(-daysAgo));
        return digest;
    }
}
