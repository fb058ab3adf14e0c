using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Whatever fails while a store is verified, in whatever order, and whenever it is stopped: a snapshot that is called
/// good, or recorded as good,
/// is good when each of its chunks and blobs is looked at by itself. PBS_FUZZ_SEED repeats a run.
/// </summary>
public sealed class VerifyProofPropertyTests
{
    private const int Rounds = 120;

    // More entries than are read as a whole, of few chunks.
    private const int LargeIndex = 13_200;

    private static readonly int[] Errors = [OsError.EIO, OsError.EIO, OsError.EACCES, OsError.ENOENT, OsError.EMFILE];

    [Fact]
    public void What_is_called_good_is_good_when_it_is_looked_at_one_by_one()
    {
        int good = 0, bad = 0, recorded = 0;
        for (int round = 0; round < Rounds; round++)
        {
            var random = new Random(HashCode.Combine(MutationFuzz.Seed, round));
            using var store = new ChunkedStore();
            using var server = new ServerFolder();
            server.Register(("main", store.Path, ""));
            SnapshotPath[] snapshots = Fill(store, random);
            Damage(store, random);
            Dictionary<string, bool> truth =
                snapshots.ToDictionary(snapshot => snapshot.ToString(), snapshot => IsGood(store, snapshot));
            VerifyQuery query = Query(random);
            Verification run = Run(store, server, query, random);
            string where = $"PBS_FUZZ_SEED={MutationFuzz.Seed}, round {round}: {run.State}";
            foreach (VerifyResult result in run.Results)
            {
                bool isTrue = truth[result.ToString()];
                if (isTrue) good++;
                else bad++;
                bool isCalledGood = result.State == VerifyResultState.Ok && query.Sample is null;
                Assert.True(isTrue || !isCalledGood, $"{where}: {result} is called good");
                if (result.State == VerifyResultState.NotChecked) Assert.False(result.Recorded, where);
            }

            foreach (SnapshotPath snapshot in snapshots)
            {
                if (!IsRecordedGood(store, snapshot)) continue;
                recorded++;
                Assert.True(truth[snapshot.ToString()], $"{where}: {snapshot} is recorded as good");
            }
        }

        // The faults leave enough to be called something.
        Assert.True(good > Rounds / 2 && bad > Rounds / 2 && recorded > Rounds / 4,
            $"{good} good, {bad} bad, {recorded} recorded");
    }

    private static VerifyQuery Query(Random random) => new()
    {
        Threads = 1 + random.Next(3),
        FailFast = random.Next(6) == 0,
        NoStateUpdate = random.Next(8) == 0,
        MaxDuration = random.Next(4) == 0 ? TimeSpan.FromHours(1) : null,
        Sample = random.Next(6) == 0 ? new VerifySample(random.Next(3) == 0 ? 1 : random.NextDouble(), null) : null,
    };

    /// <summary>Snapshots whose archives share chunks, some of them with large indexes, some with blobs.</summary>
    private static SnapshotPath[] Fill(ChunkedStore store, Random random)
    {
        Digest[] chunks = [.. Enumerable.Range(0, 30).Select(i => store.Put(random.Next(), 40 + i))];
        List<SnapshotPath> snapshots = [];
        for (int i = 0; i < 6; i++)
        {
            string name = FormattableString.Invariant($"vm/{100 + (i % 2)}/2024-05-{i + 1:00}T10:00:00Z");
            Digest[] used =
                random.GetItems(chunks[random.Next(10)..], random.Next(2) == 0 ? LargeIndex : 1 + random.Next(40));
            Directory.CreateDirectory(store.PathOf(name));
            byte[] blob = DataBlob.Encode(BitConverter.GetBytes(i));
            File.WriteAllBytes(store.PathOf($"{name}/a.conf.blob"), blob);
            var file = new ManifestFile("a.conf.blob", CryptMode.None, (ulong)blob.Length, Digest.Of(blob));
            snapshots.Add(store.Add(
                name,
                CryptMode.None,
                m => Manifest.Create(BackupType.Vm, $"{100 + (i % 2)}", m.BackupTime, file, m.Files[0]),
                used));
        }

        return [.. snapshots];
    }

    /// <summary>What stays wrong.</summary>
    private static void Damage(ChunkedStore store, Random random)
    {
        string below = random.Next(2) == 0 ? store.Path : store.PathOf(".chunks");
        string[] files =
        [
            .. Directory.EnumerateFiles(below, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith("owner", StringComparison.Ordinal))
                .Order(),
        ];
        foreach (string file in random.GetItems(files, random.Next(4)))
        {
            if (!File.Exists(file)) continue;
            byte[] content = File.ReadAllBytes(file);
            if (random.Next(2) == 0 && !file.EndsWith("index.json.blob", StringComparison.Ordinal)) File.Delete(file);
            else
            {
                if (content.Length > 0) content[random.Next(content.Length)] ^= 1;
                File.WriteAllBytes(file, content);
            }
        }
    }

    private static Verification Run(ChunkedStore store, ServerFolder server, VerifyQuery query, Random random)
    {
        // Few faults, or nothing is called good; on any thread, so that each has its own numbers.
        int seed = random.Next(), calls = 0;
        int stopAt = random.Next(4) == 0 ? random.Next(30) : -1, vanishAt = random.Next(4) == 0 ? random.Next(40) : -1;
        int reads = 0, failingRead = random.Next(2) == 0 ? 1 + random.Next(12) : -1;
        double rate = random.Next(3) * 0.02;
        RunningTask? task = null;
        var engine = new EngineOptions
        {
            Folders = new FaultyFolders((call, path) => call == FolderCall.Kind ? 0 : Fault(path)),
            ChunkFiles = folder =>
                new FaultyFile(SequentialFile.In(folder)) { OnOpen = () => Fault(""), OnRead = () => Fault("") },
            IndexReads = (path, read) => (buffer, offset) =>
            {
                int error = Interlocked.Increment(ref reads) == failingRead ? OsError.EIO : Fault(path);
                return error == 0 ? read(buffer, offset) : throw new OsErrorException(error, path);
            },
        };
        PbsEngine session = new PbsEngine(Connection.Local(server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), query, (running, _) => task ??= running);

        int Fault(string path)
        {
            int call = Interlocked.Increment(ref calls);
            var dice = new Random(HashCode.Combine(seed, call));
            if (call == stopAt) task?.Stop();
            bool vanishes = call == vanishAt && path.Contains("/vm/", StringComparison.Ordinal) && File.Exists(path);
            if (vanishes) File.Delete(path);
            return call > 10 && dice.NextDouble() < rate ? Errors[dice.Next(Errors.Length)] : 0;
        }
    }

    private static bool IsRecordedGood(ChunkedStore store, SnapshotPath snapshot)
    {
        try
        {
            return store.StateOf(snapshot) == VerifyOutcome.Ok;
        }
        catch (Exception e) when (e is PbsException or IOException)
        {
            return false;
        }
    }

    /// <summary>The plainest check there is.</summary>
    private static bool IsGood(ChunkedStore store, SnapshotPath snapshot)
    {
        try
        {
            using var chunks = new ChunkReader(store.PathOf(".chunks"));
            foreach (ManifestFile file in store.ManifestOf(snapshot).Files)
            {
                string path = store.PathOf($"{snapshot}/{file.FileName}");
                if (!file.FileName.EndsWith(".didx", StringComparison.Ordinal))
                {
                    if (Digest.Of(File.ReadAllBytes(path)) != file.Checksum) return false;
                    continue;
                }

                using IndexPass pass = IndexFile.Pass(path, checksum: true);
                while (pass.Read(out ChunkEntries entries))
                {
                    foreach (ChunkEntry entry in entries)
                    {
                        if (!chunks.Check(entry.Digest, entry.Size).IsGood) return false;
                    }
                }

                if (pass.Checksum != file.Checksum) return false;
            }

            return true;
        }
        catch (Exception e) when (e is PbsException or IOException)
        {
            return false;
        }
    }
}
