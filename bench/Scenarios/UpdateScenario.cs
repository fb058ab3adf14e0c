using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures writing verify states into the manifests of 1,000 snapshots, as a verification does it: lock in both of
/// PBS's forms, read, change, write, rename. The limit is the same bytes written to a new file and renamed.
/// </summary>
internal sealed class UpdateScenario : IScenario
{
    private const int Groups = 20;
    private const int Snapshots = 50;

    public string Name => "update";

    public string Summary => "changing the manifests of 1,000 snapshots";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var plan = new StorePlan { Groups = Groups, Snapshots = Snapshots, Chunks = 1 };
        string folder = context.CreateFolder("update"), run = context.CreateFolder("update-run");
        new StoreWriter(plan, folder).Write();
        var store = Datastore.Open(folder, "main", FolderAccess.Default);
        var bare = new BareManifests(folder);
        using var onServer = new ManifestUpdate(Locks(folder, run), FileMutations.Default);
        using var elsewhere = new ManifestUpdate(Locks(folder, Path.Combine(run, "missing")), FileMutations.Default);
        Standing standing = context.Run(
            new Contender("bare", bare.Write),
            new Contender("on a server", () => UpdateAll(store, onServer)),
            new Contender("elsewhere", () => UpdateAll(store, elsewhere)));
        string name = $"update: {Units.Count(bare.Count)} manifests";
        yield return Line($"{name}, both kinds of locks", 1);
        yield return Line($"{name}, no run directory", 2);
        context.Discard(folder);

        Result Line(string line, int contender) => new(
            line, Units.Seconds(standing.Seconds(contender)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(contender, 0), Target.AtMost(1.5));
    }

    private static DatastoreLocks Locks(string folder, string run) => new(folder, "main", run, FileMutations.Default, TimeProvider.System);

    private static void UpdateAll(Datastore store, ManifestUpdate update)
    {
        var state = new SnapshotVerifyState(new Upid("pbs", 1440, 74565, 1, 1_700_000_000, "verify", "main", "root@pam"), VerifyOutcome.Ok);
        var groups = new GroupWalk();
        var times = new SnapshotTimes();
        using NamespaceFolder root = NamespaceFolder.Open(store, BackupNamespace.Root);
        foreach (WalkStep<GroupFolder> step in groups.Run(root, [], _ => true))
        {
            using GroupFolder group = step.Item ?? throw new InvalidDataException(step.Problem?.Message);
            foreach (TimeFolder time in times.Read(group, out _)) update.Apply(group, time, m => m.WithVerifyState(state), CancellationToken.None);
        }
    }
}
