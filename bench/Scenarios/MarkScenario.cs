using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the mark phase of a garbage collection over 10,000 snapshots with shared chunks: it walks until two walks
/// agree, reads indexes with their checksums and touches chunks. The bare loop walks twice, reads and hashes as much,
/// and touches nothing.
/// </summary>
internal sealed class MarkScenario : IScenario
{
    public string Name => "mark";

    public string Summary => "garbage collection: marking the chunks of 10,000 snapshots";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 20 : 200 };
        string folder = context.CreateFolder("mark");
        new StoreWriter(plan, folder).Write();
        var store = Datastore.Open(folder, "mark", FolderAccess.Default);
        CreateChunks(store);
        using var bare = new BareMarker();
        long references = 0, touches = 0, unique = 0, seen = 0;
        Standing standing = context.Run(
            new Contender("walk", () => seen = bare.Run(folder)),
            new Contender("mark", () => (references, touches, unique) = Mark(store)));
        if (seen != unique) throw new InvalidDataException($"{seen} digests were seen and {unique} marked");
        context.Discard(folder);
        string size = $"mark: {Units.Count(plan.SnapshotCount)} snapshots, {Units.Bytes(references)}";
        yield return new Result(size, Units.Seconds(standing.Seconds(1)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(1, 0), Target.AtMost(1.3));
        yield return Result.Figure("mark: touches", Units.Count(touches), touches / (double)unique, Target.AtMost(1.01, " a chunk"));
    }

    private static (long Bytes, long Touches, long Unique) Mark(Datastore store)
    {
        QuietGarbageReport report = QuietGarbageReport.Instance;
        using var chunks = new ChunkMark(store.PathOf(Datastore.ChunkFolder), FileMutations.Default, GarbageCollectionSettings.DefaultMemory, report);
        var indexes = new IndexMark(store, chunks, report, report.Refuse);
        _ = new IndexMarking(store, indexes, report).Run(CancellationToken.None) ?? throw new InvalidDataException("the store changes");
        return (indexes.Bytes, chunks.Touches, chunks.Count);
    }

    /// <summary>Creates empty chunk files, because marking only touches them.</summary>
    private static void CreateChunks(Datastore store)
    {
        IndexFileList files = new IndexFileWalk(store, static line => throw new InvalidDataException(line)).Run(CancellationToken.None);
        string chunks = store.PathOf(Datastore.ChunkFolder);
        using var seen = new DigestSet();
        for (int i = 0; i < files.Count; i++)
        {
            using IndexPass pass = IndexFile.Pass(files.PathOf(i), checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                foreach (ChunkEntry entry in entries)
                {
                    if (!seen.Add(entry.Digest)) continue;
                    string folder = Path.Combine(chunks, ChunkFolderScan.NameOf(entry.Digest.Prefix));
                    Directory.CreateDirectory(folder);
                    File.WriteAllBytes(Path.Combine(folder, entry.Digest.ToString()), []);
                }
            }
        }
    }
}
