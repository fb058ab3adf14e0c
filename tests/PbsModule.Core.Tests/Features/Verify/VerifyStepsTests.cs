using PbsModule.Core.Features.Verify;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Tests;

/// <summary>How far a verification looks ahead of what it tells.</summary>
public sealed class VerifyStepsTests
{
    private static readonly VerifyStep Step = new("a group", null, 0, 0, 0);

    [Theory]
    [InlineData(true, null, 64)]
    [InlineData(false, null, 256)]
    [InlineData(false, 10_000, 256)]
    [InlineData(false, 600, 100)]
    [InlineData(true, 60, 10)]
    [InlineData(false, 60, 10)]
    [InlineData(false, 0, 1)]
    public void It_looks_far_ahead_only_where_chunks_are_few_and_handles_many(bool isSupplied, int? handles, int most)
    {
        var steps = new VerifySteps(new VerifySignal(), () => isSupplied, handles);
        int added = 0;
        Thread adder = Start(() =>
        {
            while (steps.TryAdd(Step)) Interlocked.Increment(ref added);
        });
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref added) == most, 30_000));
        Assert.False(SpinWait.SpinUntil(() => Volatile.Read(ref added) > most, 50));
        for (int taken = 1; taken <= 3 * most; taken++) Assert.True(SpinWait.SpinUntil(() => steps.TryTake(out _), 30_000));
        steps.Complete();
        Assert.True(adder.Join(30_000));
    }

    [Fact]
    public void It_looks_on_when_chunks_run_short_though_nothing_was_told()
    {
        bool isSupplied = true;
        var steps = new VerifySteps(new VerifySignal(), () => Volatile.Read(ref isSupplied), null);
        int added = 0;
        Thread adder = Start(() =>
        {
            while (added < 65 && steps.TryAdd(Step)) Interlocked.Increment(ref added);
        });
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref added) == 64, 30_000));
        Volatile.Write(ref isSupplied, false);
        Assert.True(adder.Join(30_000));
        Assert.Equal(65, added);
    }

    private static Thread Start(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
