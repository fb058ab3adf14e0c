using PbsModule.Core.Administration;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

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
        var session = new PbsSession(Connection.None, engine);
        Verification run = Verification.Run(session, session.ResolvePath(store.Path), new VerifyQuery { NoStateUpdate = true });
        Assert.Equal(VerifyResultState.Ok, Assert.Single(run.Results).State);
        Assert.InRange(most, Environment.ProcessorCount + 1, Environment.ProcessorCount * 2);
    }
}
