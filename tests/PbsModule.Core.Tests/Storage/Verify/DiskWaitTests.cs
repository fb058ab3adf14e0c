using System.Buffers;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Tests;

/// <summary>When a verification works with more threads than there are processors.</summary>
public sealed class DiskWaitTests
{
    [Fact]
    public void A_disk_is_slow_while_a_good_part_of_the_time_is_spent_waiting_for_it()
    {
        var disk = new DiskWait();
        for (int i = 0; i < 100; i++) Assert.False(disk.Note(10, 100));
        Assert.False(disk.IsSlow);
        int told = Enumerable.Range(0, 100).Count(_ => disk.Note(60, 100));
        Assert.Equal(1, told);
        Assert.True(disk.IsSlow);
        for (int i = 0; i < 100; i++) Assert.False(disk.Note(10, 100));
        Assert.False(disk.IsSlow);
        Assert.False(disk.Note(0, 0));
    }

    [Fact]
    public void Threads_beyond_the_processors_join_in_where_the_disk_is_slow()
    {
        using var store = new ChunkedStore();
        store.Add("vm/100/2024-05-01T10:00:00Z", [.. Enumerable.Range(0, 20 * Environment.ProcessorCount).Select(i => store.Put(i))]);
        int open = 0, most = 0;
        var engine = new EngineOptions
        {
            ChunkFiles = folder => new FaultyFile(SequentialFile.In(folder))
            {
                OnOpen = () =>
                {
                    int now = Interlocked.Increment(ref open);
                    for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
                    Thread.Sleep(20);
                    Interlocked.Decrement(ref open);
                    return 0;
                },
            },
        };
        PbsEngine session = new PbsEngine(Connection.None, engine);
        Verification run = Verification.Run(session, session.Resolver.ResolvePath(store.Path), new VerifyQuery { NoStateUpdate = true });
        Assert.Equal(VerifyResultState.Ok, Assert.Single(run.Results).State);
        Assert.InRange(most, Environment.ProcessorCount + 1, Environment.ProcessorCount * 2);
    }

    [Fact]
    public void Sizes_that_come_to_more_than_there_are_numbers_leave_no_chunk_behind()
    {
        using var store = new ChunkedStore();
        Digest digest = store.Put(1);
        string chunkFolder = store.PathOf(".chunks");
        var state = new SharedState(failFast: false);
        using var workers = new ChunkWorkers(
            2,
            () => new ChunkVerifier("main", state.Findings, null, key => new ChunkReader(chunkFolder, key)),
            state);
        for (int round = 0; round < 20; round++)
        {
            // Each comes when all threads idle.
            Thread.Sleep(5);
            var file = new FileCheck(
                new ManifestFile("disk.img.fidx", CryptMode.None, 0, default),
                new LooseContent(chunkFolder),
                state.Signal);
            PendingChunk[] chunks = ArrayPool<PendingChunk>.Shared.Rent(2);
            Array.Fill(chunks, new PendingChunk(digest, long.MaxValue - (1L << 39)));
            workers.Add(new ChunkBatch(file, chunks, 2));
            file.Close();
            Assert.True(SpinWait.SpinUntil(() => file.IsDone, 10_000), "a chunk was left behind");
        }
    }

    [Fact]
    public async Task A_disk_that_is_slow_now_and_then_leaves_no_chunk_behind()
    {
        using var store = new ChunkedStore();
        for (int i = 0; i < 300; i++) store.Add(FormattableString.Invariant($"vm/{100 + (i / 30)}/2024-05-{1 + (i % 30):00}T10:00:00Z"), [.. Enumerable.Range(0, 1 + (i % 3)).Select(n => store.Put((i * 3) + n, 100))]);
        int opens = 0;
        var engine = new EngineOptions
        {
            ChunkFiles = folder => new FaultyFile(SequentialFile.In(folder))
            {
                OnOpen = () =>
                {
                    if (Interlocked.Increment(ref opens) % 40 < 10) Thread.Sleep(1);
                    return 0;
                },
            },
        };
        for (int round = 0; round < 20; round++)
        {
            opens = round;
            Task<Verification> run = Task.Run(() => Verification.Run(new PbsEngine(Connection.None, engine), new PbsEngine(Connection.None, engine).Resolver.ResolvePath(store.Path), new VerifyQuery { NoStateUpdate = true }));
            Verification done = await run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.Equal(300, done.Results.Count(result => result.State == VerifyResultState.Ok));
        }
    }
}
