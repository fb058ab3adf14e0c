using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Verify;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Tests;

/// <summary>What a run makes of indexes that are much alike, and of snapshots it cuts short.</summary>
public sealed class VerifyScanTests : IDisposable
{
    private const int Snapshots = 12;

    private readonly ChunkedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Indexes_that_are_much_alike_are_judged_by_each_of_their_references_and_each_chunk_is_read_once()
    {
        var random = new Random(MutationFuzz.Seed);
        for (int round = 0; round < 20; round++)
        {
            using var store = new ChunkedStore();
            Digest[] digests = [.. Enumerable.Range(0, 40).Select(i => store.Put((round * 100) + i, 64))];
            Digest[] bad = random.GetItems(digests, round % 3 * 2);
            List<Digest> chunks = [.. random.GetItems(digests, 30)];
            var used = new Dictionary<string, Digest[]>();
            for (int i = 0; i < Snapshots; i++)
            {
                Change(chunks, digests, random);
                used.Add(store.Add(FormattableString.Invariant($"vm/100/2024-05-{i + 1:00}T10:00:00Z"), [.. chunks]).ToString(), [.. chunks]);
            }

            foreach (Digest digest in bad) File.Delete(store.PathOf(digest));
            int opens = 0;
            var engine = new EngineOptions { ChunkFiles = folder => new FaultyFile(SequentialFile.In(folder)) { OnOpen = () => Interlocked.Increment(ref opens) * 0 } };
            PbsEngine session = new PbsEngine(Connection.None, engine);
            Verification run = Verification.Run(session, session.Resolver.ResolvePath(store.Path), new VerifyQuery { NoStateUpdate = true });

            Assert.Equal(Snapshots, run.Results.Count);
            Assert.All(run.Results, result => Assert.Equal(used[result.ToString()].Count(bad.Contains), Assert.Single(result.Files).ErrorCount));
            Assert.All(run.Results, result => Assert.Equal(used[result.ToString()].Count(chunk => !bad.Contains(chunk)) * 64, result.BytesVerified));
            Assert.Equal(used.Values.SelectMany(all => all).Distinct().Count(), opens);
        }
    }

    [Fact]
    public void What_relies_on_the_chunks_of_a_snapshot_that_was_cut_short_is_not_called_good()
    {
        Digest shared = _store.Put(1);
        SnapshotPath cut = _store.Add("vm/100/2024-05-02T10:00:00Z", shared), after = _store.Add("vm/100/2024-05-01T10:00:00Z", shared);
        PbsEngine session = new PbsEngine(Connection.None);
        VerifyGrant verify = new DatastoreGate(FolderAccess.Default).EnterToVerify(session.Resolver.ResolvePath(_store.Path), new VerifyQuery { NoStateUpdate = true }, FileMutations.Default).Grant;
        string chunks = verify.Datastore.PathOf(Datastore.ChunkFolder);
        var state = new SharedState(failFast: false);
        var halted = new SharedState(failFast: false);
        halted.Halt();

        // The run was told to end when a worker had taken the chunk and not looked at it yet.
        using var workers = new ChunkWorkers(
            1,
            () => new ChunkVerifier("main", state.Findings, null, key => new ChunkReader(chunks, key)),
            halted);
        using var scan = new FileScan(workers, state, null, null);
        using var manifests = new ManifestBlob();
        using NamespaceFolder root = NamespaceFolder.Open(verify.Datastore, BackupNamespace.Root);
        using GroupFolder group = new GroupWalk().Open(root, cut.Group);
        List<VerifyResult> told = [];
        using var teller = new VerifyTeller(verify, new QuietVerifyReporter(told.Add, CancellationToken.None), state,
            (isSo, _) => Assert.True(SpinWait.SpinUntil(isSo, 30_000)));
        foreach (SnapshotPath snapshot in new[] { cut, after })
        {
            var folder = new VerifiedFolder(group, new TimeFolder(snapshot.Time, 0), verify.SnapshotLocks);
            var check = new SnapshotCheck(folder, state.Signal);
            check.Run(scan, manifests, null, _ => true);
            Assert.Equal(SnapshotStage.Open, check.Stage);
            teller.Tell(new VerifyStep(null, check, 0, 1, 2));
        }

        Assert.Empty(told);
        Assert.Equal(2, teller.Counts.Unfinished);
    }

    /// <summary>What happens to an archive from one backup to the next.</summary>
    private static void Change(List<Digest> chunks, Digest[] digests, Random random)
    {
        for (int changes = random.Next(3); changes > 0; changes--)
        {
            int at = random.Next(chunks.Count);
            switch (random.Next(4))
            {
                case 0: chunks.Insert(at, digests[random.Next(digests.Length)]); break;
                case 1 when chunks.Count > 1: chunks.RemoveAt(at); break;
                default: chunks[at] = digests[random.Next(digests.Length)]; break;
            }
        }
    }
}
