using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures prune plans: the decision alone, and with everything that it has to read, compared with a listing of the
/// same snapshots.
/// </summary>
internal sealed class PruneScenario : IScenario
{
    private const long Hour = 3600;

    private static readonly KeepOptions Keep = new() { Last = 3, Hourly = 24, Daily = 7, Weekly = 4, Monthly = 12, Yearly = 3 };

    public string Name => "prune";

    public string Summary => "deciding on 10,000 snapshots; planning 10,000 of 200 groups";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
        PruneCandidate[] snapshots = [.. Enumerable.Range(0, 10_000).Select(i => new PruneCandidate((i * 7 * Hour) + 1_500_000_000, true, i % 20 == 3))];
        double decision = context.Run(new Contender("decision", () => PruneSelection.Decide(snapshots, Keep, zone))).Seconds(0);
        yield return Result.Figure($"prune: decision on {Units.Count(snapshots.Length)} of one group", Units.Seconds(decision), decision * 1e3, Target.AtMost(28, " ms"));

        var plan = new StorePlan { Groups = context.Quick ? 20 : 200, Chunks = 1 };
        string folder = context.CreateFolder("prune");
        new StoreWriter(plan, folder).Write();
        foreach (int helpers in context.IsProcessorTime ? (int[])[0] : [0, 1])
        {
            PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Helpers = helpers });
            DatastoreContext store = engine.Resolver.Resolve(folder);
            var settings = new PruneSettings { Keep = Keep, TimeZone = zone };
            Standing standing = context.Run(
                new Contender("listing", () => Check(plan, engine.Snapshots.List(store, new SnapshotQuery(), Fail, CancellationToken.None).Count())),
                new Contender("plan", () => Check(plan, engine.Prune.Plan(store, new GroupQuery(), settings, Fail, CancellationToken.None).Count())));
            yield return new Result(
                $"prune: plan of {Units.Count(plan.SnapshotCount)}, {(helpers == 0 ? "one thread" : "two threads")}", Units.Seconds(standing.Seconds(1)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(1, 0), Target.AtMost(1.2));
        }

        context.Discard(folder);
    }

    private static void Check(StorePlan plan, long count)
    {
        if (count != plan.SnapshotCount) throw new InvalidDataException($"{count} of {plan.SnapshotCount} snapshots came");
    }

    private static void Fail(PbsModule.Core.Errors.ListingProblem problem) => throw new InvalidDataException(problem.Message);
}
