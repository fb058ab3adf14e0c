using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Administration;

namespace PbsModule.Bench.Scenarios;

/// <summary>Listing snapshots with their manifests, as <c>Get-PbsSnapshot</c> asks the engine for them.</summary>
internal sealed class ListScenario : IScenario
{
    public string Name => "list";

    public string Summary => "listing 10,000 snapshots with their manifests; memory over 100,000";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 20 : 200 };
        string folder = context.CreateFolder("list");
        new StoreWriter(plan, folder).Write();
        DatastoreListing listing = new(folder);
        using var bare = new BareLister();
        if (bare.Run(folder).Snapshots != plan.SnapshotCount || listing.Count() != plan.SnapshotCount) throw new InvalidDataException("not every snapshot was listed");

        Standing standing = context.Run(
            new Contender("bare", () => bare.Run(folder)),
            new Contender("engine", () => listing.Count()));
        string size = $"list: {Units.Count(plan.SnapshotCount)} snapshots";
        yield return new Result(size, Units.Seconds(standing.Seconds(1)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(1, 0), Target.AtMost(1.3));

        double allocated = listing.Allocated() / (double)plan.SnapshotCount;
        yield return Result.Figure("list: allocated a snapshot", Units.Bytes(allocated), allocated, Target.AtMost(400, " B"));

        double first = context.Run(new Contender("first", () => listing.First())).Seconds(0);
        yield return Result.Figure("list: first snapshot after", Units.Seconds(first), first * 1e3, Target.AtMost(50, " ms"));
        context.Discard(folder);
        yield return Memory(context);
    }

    private static Result Memory(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 40 : 400, Snapshots = 250, Chunks = 1 };
        string folder = context.CreateFolder("list-many");
        new StoreWriter(plan, folder).Write();
        DatastoreListing listing = new(folder);
        listing.Count();
        long growth = listing.HeapGrowth(plan.SnapshotCount);
        context.Discard(folder);
        return Result.Figure($"list: heap growth over {Units.Count(plan.SnapshotCount)}", Units.Bytes(growth), growth / 1024.0 / 1024, Target.AtMost(1, " MiB"));
    }
}

/// <summary>One store, listed in the ways that are measured.</summary>
internal sealed class DatastoreListing(string folder)
{
    private readonly PbsSession _session = new(Connection.None);

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

    /// <summary>Bytes that all threads allocated during one listing.</summary>
    public long Allocated()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Count();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    /// <summary>By how many bytes the live heap grows between the first tenth of a listing and its end.</summary>
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
        _session.GetSnapshots(_session.Resolve(folder), new SnapshotQuery(), problem => throw new InvalidDataException(problem.Message), CancellationToken.None);
}
