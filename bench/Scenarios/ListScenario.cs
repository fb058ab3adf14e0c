using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Bench.Scenarios;

/// <summary>Measures a listing of snapshots with their manifests, as <c>Get-PbsSnapshot</c> requests it.</summary>
internal sealed class ListScenario : IScenario
{
    public string Name => "list";

    public string Summary => "listing 10,000 snapshots with their manifests; memory over 100,000";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 20 : 200 };
        string folder = context.CreateFolder("list");
        new StoreWriter(plan, folder).Write();
        DatastoreListing one = new(folder, helpers: 0), two = new(folder, helpers: 1);
        using var bare = new BareLister();
        CheckCount(plan, bare.Run(folder).Snapshots);
        CheckCount(plan, one.Count());
        CheckCount(plan, two.Count());

        Standing standing = context.Run(
            new Contender("bare", () => bare.Run(folder)),
            new Contender("one thread", () => CheckCount(plan, one.Count())),
            new Contender("two threads", () => CheckCount(plan, two.Count())));
        string size = $"list: {Units.Count(plan.SnapshotCount)} snapshots";
        yield return Row($"{size}, one thread", 1, Target.AtMost(1.3));
        if (!context.IsProcessorTime) yield return Row($"{size}, two threads", 2, Target.AtMost(0.8));

        double allocated = two.Allocated() / (double)plan.SnapshotCount;

        // In a small store the fixed cost of a listing dominates, so the quick run has no target.
        yield return context.Quick
            ? Result.Note("list: allocated a snapshot", Units.Bytes(allocated))
            : Result.Figure("list: allocated a snapshot", Units.Bytes(allocated), allocated, Target.AtMost(400, " B"));

        double first = context.Run(new Contender("first", two.First)).Seconds(0);
        yield return Result.Figure("list: first snapshot after", Units.Seconds(first), first * 1e3, Target.AtMost(50, " ms"));
        context.Discard(folder);
        yield return Memory(context);

        Result Row(string name, int contender, Target target) => new(
            name, Units.Seconds(standing.Seconds(contender)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(contender, 0), target);
    }

    private static void CheckCount(StorePlan plan, long listed)
    {
        if (listed != plan.SnapshotCount) throw new InvalidDataException($"{listed} of {plan.SnapshotCount} snapshots were listed");
    }

    private static Result Memory(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 40 : 400, Snapshots = 250, Chunks = 1 };
        string folder = context.CreateMemoryFolder("list-many", 3L << 30);
        new StoreWriter(plan, folder).Write();
        DatastoreListing listing = new(folder, helpers: 1);
        CheckCount(plan, listing.Count());
        long growth = listing.HeapGrowth(plan.SnapshotCount);
        context.Discard(folder);
        return Result.Figure($"list: heap growth over {Units.Count(plan.SnapshotCount)}", Units.Bytes(growth), growth / 1024.0 / 1024, Target.AtMost(1, " MiB"));
    }
}

/// <summary>One store, listed in the measured ways.</summary>
/// <param name="folder">Path of the store.</param>
/// <param name="helpers">Number of threads in addition to the caller's.</param>
internal sealed class DatastoreListing(string folder, int helpers)
{
    private readonly PbsEngine _engine = new(Connection.None, new EngineOptions { Helpers = helpers });

    public int Count()
    {
        int count = 0;
        foreach (SnapshotInfo _ in Snapshots()) count++;
        return count;
    }

    public void First()
    {
        using IEnumerator<SnapshotInfo> snapshots = Snapshots().GetEnumerator();
        if (!snapshots.MoveNext()) throw new InvalidDataException("no snapshot was listed");
    }

    /// <summary>Returns the bytes that all threads allocated during one listing.</summary>
    public long Allocated()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Count();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    /// <summary>
    /// Returns the growth of the live heap between the first tenth of a listing and its end, in bytes.
    /// </summary>
    public long HeapGrowth(long total)
    {
        long count = 0;
        long early = 0;
        foreach (SnapshotInfo _ in Snapshots())
        {
            count++;
            if (count == total / 10) early = GC.GetTotalMemory(forceFullCollection: true);
            if (count == total) return GC.GetTotalMemory(forceFullCollection: true) - early;
        }

        throw new InvalidDataException("not every snapshot was listed");
    }

    private IEnumerable<SnapshotInfo> Snapshots() =>
        _engine.Snapshots.List(_engine.Resolver.Resolve(folder), new SnapshotQuery(), problem => throw new InvalidDataException(problem.Message), CancellationToken.None);
}
