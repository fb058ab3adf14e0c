using System.Globalization;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the sweep of a garbage collection that finds nothing to remove: 65,536 folders with 20,000 files, compared
/// with a bare loop over the same calls.
/// </summary>
internal sealed class SweepScenario : IScenario
{
    private const int Files = 20_000;

    public string Name => "sweep";

    public string Summary => "garbage collection: sweeping 65,536 folders";

    public IEnumerable<Result> Run(BenchContext context)
    {
        string folder = context.CreateMemoryFolder("sweep", 1L << 30);
        string chunks = Path.Combine(folder, Datastore.ChunkFolder);
        Write(chunks);
        using var bare = new BareSweeper();
        using var mark = new ChunkMark(chunks, null, GarbageCollectionSettings.DefaultMemory, QuietGarbageReport.Instance);
        var store = Datastore.Open(folder, "sweep", FolderAccess.Default);
        CheckCount(bare.Run(chunks));
        Standing standing = context.Run(
            new Contender("bare", () => CheckCount(bare.Run(chunks))),
            new Contender("one thread", () => Sweep(1)),
            new Contender("two threads", () => Sweep(2)));
        context.Discard(folder);
        yield return Row("sweep: one thread", 1, Target.AtMost(1.1));
        if (!context.IsProcessorTime) yield return Row("sweep: two threads", 2, Target.AtMost(0.6));

        void Sweep(int threads)
        {
            CollectionTimes times = CollectionTimes.At(0);
            var scan = new ChunkFolderScan(store.Access, chunks);
            var sweep = new ChunkSweep(store, scan, FileMutations.Default, times, mark, QuietGarbageReport.Instance);
            CheckCount(sweep.Run(threads, CancellationToken.None).DiskChunks);
        }

        Result Row(string name, int contender, Target target) => new(
            name, Units.Seconds(standing.Seconds(contender)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(contender, 0), target);
    }

    private static void CheckCount(long found)
    {
        if (found != Files) throw new InvalidDataException($"{found} of {Files} files were found");
    }

    private static void Write(string chunks)
    {
        for (int prefix = 0; prefix < ChunkFolderScan.FolderCount; prefix++) Directory.CreateDirectory(Path.Combine(chunks, ChunkFolderScan.NameOf(prefix)));
        for (int i = 0; i < Files; i++)
        {
            string name = Digest.Of(BitConverter.GetBytes(i)).ToString();
            File.WriteAllText(Path.Combine(chunks, name[..4], name), i.ToString(CultureInfo.InvariantCulture));
        }
    }
}
