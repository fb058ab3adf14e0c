using System.Diagnostics;
using System.Security.Cryptography;
using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the verification of one archive of 2 GiB, with and without its data in the cache, against the same chunks
/// decoded and hashed in memory. Then of ten thousand snapshots with shared chunks, against those chunks in memory and
/// one bare pass over the indexes; if states are recorded, also against their manifests written and renamed.
/// </summary>
internal sealed class VerifyScenario : IScenario
{
    private const int LargeChunk = 4 << 20;

    public string Name => "verify";

    public string Summary => "verifying 2 GiB in large chunks, and 10,000 snapshots that share theirs";

    public IEnumerable<Result> Run(BenchContext context) => [.. Large(context), .. Many(context)];

    private static IEnumerable<Result> Large(BenchContext context)
    {
        int count = context.Quick ? 64 : 512, sample = Math.Min(count, 64);
        string folder = context.CreateFolder("verify");
        WriteLarge(folder, count);
        var subject = new VerifyRunner(folder);
        long memory = Memory(() => subject.Run());
        yield return Result.Figure("verify: resident beside the digests", Units.Bytes(memory), memory / 1024.0 / 1024, Target.AtMost(64, " MiB"));

        var limit = new MemoryChunks(Files(folder).Take(sample));
        double bytes = (double)count * LargeChunk;
        string size = $"verify: {Units.Bytes(bytes)}, {Units.Plain(limit.EncodedBytes / ((double)sample * LargeChunk))} packed";
        Standing standing = context.Run(
            new Contender("limit, two threads", () => limit.Run(2, count / sample)),
            new Contender("limit, one thread", () => limit.Run(1, count / sample)),
            new Contender("as it chooses", () => subject.Run()),
            new Contender("two threads", () => subject.Run(2)),
            new Contender("one thread", () => subject.Run(1)),
            new Contender("with progress", () => subject.Run(progress: true)));
        yield return Row($"{size}, as it chooses", 2, 0, Target.AtLeast(0.95));
        yield return Row($"{size}, two threads", 3, 0, Target.AtLeast(0.95));
        yield return Row($"{size}, one thread", 4, 1, Target.AtLeast(0.95));
        double cost = standing.TimeRatio(5, 2);
        yield return Result.Figure($"{size}, progress shown", Units.Plain(cost), cost, Target.AtMost(1.01));

        foreach (Result result in Cold(context, folder, subject, limit, bytes, size)) yield return result;
        context.Discard(folder);

        Result Row(string name, int contender, int bound, Target target) => new(
            name, Units.Rate(bytes / standing.Seconds(contender)), Units.Rate(bytes / standing.Seconds(bound)), standing.RateRatio(contender, bound), target);
    }

    /// <summary>
    /// Measures without the cache. More threads than processors help only while the processors wait for the disk. A
    /// disk that is faster than the decoding leaves little to gain: then there is no target, and the table shows the
    /// largest possible gain.
    /// </summary>
    private static IEnumerable<Result> Cold(BenchContext context, string folder, VerifyRunner subject, MemoryChunks limit, double bytes, string size)
    {
        const double demanded = 1.2, reachable = 0.95;
        var index = (FixedIndex)IndexFile.Open(Directory.EnumerateFiles(folder, "*.fidx", SearchOption.AllDirectories).Single());
        string[] paths = [.. Enumerable.Range(0, index.Count).Select(i => ChunkPool.PathOf(Path.Combine(folder, Datastore.ChunkFolder), index.GetDigest(i)))];
        var disk = new BareReader(paths);

        // Data not yet written to the disk stays in the cache.
        FileMutations.Default.SyncFileSystem(folder);
        int times = (int)(bytes / LargeChunk) / limit.Count;
        Standing cold = context.Run(
            new Contender("dropping", subject.DropPages),
            new Contender("as it chooses", () => Cold(subject, () => subject.Run())),
            new Contender("two threads", () => Cold(subject, () => subject.Run(2))),
            new Contender("disk alone", () => Cold(subject, () => disk.Run(2 * Environment.ProcessorCount))),
            new Contender("in memory", () => limit.Run(2, times)));
        double chosen = Net(1), two = Net(2), read = Net(3), decode = cold.Seconds(4), most = two / Math.Max(read, decode);
        yield return Result.Note($"{size}, pages dropped: disk alone, in memory", Units.Rate(bytes / read), Units.Rate(bytes / decode));
        string name = $"{size}, pages dropped, as it chooses / two threads, {Units.Plain(most)} at most";
        yield return new Result(name, Units.Rate(bytes / chosen), Units.Rate(bytes / two), two / chosen, most * reachable > demanded ? Target.AtLeast(demanded) : null);

        double Net(int contender) => cold.Seconds(contender) - cold.Seconds(0);
    }

    private static IEnumerable<Result> Many(BenchContext context)
    {
        const int chunks = 0, indexes = 1, updates = 2;
        var plan = new StorePlan { Groups = context.Quick ? 20 : 200, WithData = true };
        string folder = context.CreateFolder("verify-many");
        new StoreWriter(plan, folder).Write();
        var subject = new VerifyRunner(folder);
        var limit = new MemoryChunks(Files(folder));
        var manifests = new BareManifests(folder);
        string[] scanned = [.. Directory.EnumerateFiles(folder, "*.fidx", SearchOption.AllDirectories)];
        Standing standing = context.Run(
            new Contender("chunks", () => limit.Run(2, 1)),
            new Contender("indexes", () => Scan(scanned)),
            new Contender("manifests", manifests.Write),
            new Contender("verify", () => subject.Run()),
            new Contender("verify, progress shown", () => subject.Run(progress: true)),
            new Contender("verify, states recorded", () => subject.Run(records: true)));
        string size = $"verify: {Units.Count(plan.SnapshotCount)} snapshots";
        yield return Result.Note($"{size}: chunks in memory, bare pass over indexes", Units.Seconds(standing.Seconds(chunks)), Units.Seconds(standing.Seconds(indexes)));
        yield return Row(size, 3, Target.AtMost(1.3), chunks, indexes);
        yield return Row($"{size}, progress shown", 4, Target.AtMost(1.3), chunks, indexes);
        yield return Row($"{size}, states recorded / and manifests renamed", 5, Target.AtMost(1.5), chunks, indexes, updates);
        context.Discard(folder);

        Result Row(string name, int contender, Target target, params int[] limits) => new(
            name, Units.Seconds(standing.Seconds(contender)), Units.Seconds(limits.Sum(standing.Seconds)), standing.TimeRatio(contender, limits), target);
    }

    private static void WriteLarge(string folder, int count)
    {
        string chunks = Path.Combine(folder, ".chunks"), snapshot = Path.Combine(folder, "vm", "100", "2025-07-01T00:00:00Z");
        Directory.CreateDirectory(chunks);
        Directory.CreateDirectory(snapshot);
        File.WriteAllBytes(Path.Combine(folder, ".lock"), []);
        File.WriteAllText(Path.Combine(folder, "vm", "100", "owner"), "root@pam\n");
        using var pool = new ChunkPool(chunks, withData: true, LargeChunk);
        var image = new FixedIndexWriter((long)count * LargeChunk, LargeChunk);
        for (int i = 0; i < count; i++)
        {
            pool.Add();
            image.Set(i, pool[i]);
        }

        Digest checksum;
        using (FileStream index = File.Create(Path.Combine(snapshot, "drive-scsi0.img.fidx"))) checksum = image.WriteTo(index, Guid.NewGuid(), 0);
        Manifest manifest = Manifest.Create(BackupType.Vm, "100", 0, new ManifestFile("drive-scsi0.img.fidx", CryptMode.None, (ulong)count * LargeChunk, checksum));
        File.WriteAllBytes(Path.Combine(snapshot, Manifest.FileName), DataBlob.Encode(manifest.ToText()));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Path.Combine(folder, ".chunks"), "*", SearchOption.AllDirectories);

    private static void Cold(VerifyRunner subject, Action work)
    {
        subject.DropPages();
        work();
    }

    /// <summary>Reads every index once, and hashes and reads its entries.</summary>
    private static void Scan(string[] paths)
    {
        ulong seen = 0;
        byte[] buffer = new byte[1 << 20];
        foreach (string path in paths)
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            ReadOnlySpan<byte> body = buffer.AsSpan(IndexHeader.Size, RandomAccess.Read(file, buffer, 0) - IndexHeader.Size);
            seen += SHA256.HashData(body)[0];
            for (int at = 0; at < body.Length; at += Digest.Size) seen ^= BitConverter.ToUInt64(body[at..]);
        }

        if (seen == 0) throw new InvalidDataException("no index was read");
    }

    /// <summary>
    /// Returns the maximum growth of the process during some work, in bytes; measured on a second run.
    /// </summary>
    private static long Memory(Action work)
    {
        work();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        long before = self.WorkingSet64, most = before;
        bool isOver = false;
        var watch = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                self.Refresh();
                most = Math.Max(most, self.WorkingSet64);
                Thread.Sleep(5);
            }
        });
        watch.Start();
        work();
        Volatile.Write(ref isOver, true);
        watch.Join();
        return most - before;
    }
}
