using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the space count of snapshots and groups: 200 groups × 50 snapshots, 5 million references to 10,313 chunks.
/// Its limit is one pass over the same indexes that remembers nothing. Finding the indexes and listing the chunk
/// folders are additional work, shown separately.
/// </summary>
internal sealed class SpaceScenario : IScenario
{
    public string Name => "space";

    public string Summary => "counting the space of 10,000 snapshots with 5 million references";

    public IEnumerable<Result> Run(BenchContext context)
    {
        var plan = new StorePlan { Groups = context.Quick ? 20 : 200, WithData = true, AllChunkFolders = true };
        string folder = context.CreateMemoryFolder("space", 2L << 30);
        new StoreWriter(plan, folder).Write();
        Datastore store = Datastore.Open(folder, folder, FolderAccess.Default);
        SpaceInventory inventory = SpaceInventory.Take(store, Refuse, default);
        string[] indexes = [.. inventory.Snapshots.SelectMany(snapshot => snapshot.Indexes.Select(snapshot.PathOf))];
        long references = Scan(indexes);
        SpaceAccount account = Count(store, long.MaxValue);
        if (account.Count.Total.References != references) throw new InvalidDataException($"{account.Count.Total.References} of {references} references were counted");

        Digest[] chunks = Chunks(indexes);
        int[] groups = [.. inventory.Snapshots.Select(snapshot => snapshot.Group.Number)], scopes = [.. inventory.Snapshots.Select(snapshot => snapshot.Group.Scope)];
        Standing standing = context.Run(
            new Contender("scan", () => Scan(indexes)),
            new Contender("count", () => Count(inventory, chunks, groups, scopes, references)),
            new Contender("folders", () => Sizes(store)),
            new Contender("inventory", () => SpaceInventory.Take(store, Refuse, default)),
            new Contender("all", () => Count(store, long.MaxValue)),
            new Contender("four passes", () => Count(store, account.Count.Total.Chunks * ChunkTally.Bytes / 4)));
        string what = $"space: {Units.Count(references)} references, {Units.Count(plan.SnapshotCount)} snapshots";
        yield return new Result(what, Units.Seconds(standing.Seconds(1)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(1, 0), Target.AtMost(3));
        yield return Result.Note("space: sizes out of 65,536 folders", Units.Seconds(standing.Seconds(2)));
        yield return Result.Note("space: finding the indexes", Units.Seconds(standing.Seconds(3)));
        yield return Result.Note("space: all of it", Units.Seconds(standing.Seconds(4)), Units.Seconds(standing.Seconds(0)), standing.TimeRatio(4, 0));
        yield return Result.Note("space: all of it in several passes", Units.Seconds(standing.Seconds(5)), Units.Seconds(standing.Seconds(4)), standing.TimeRatio(5, 4));
        context.Discard(folder);
        yield return Memory(context);
    }

    private static Result Memory(BenchContext context)
    {
        int count = context.Quick ? 1_000_000 : 20_000_000;
        using var chunks = new DigestMap<ChunkTally>();
        byte[] bytes = new byte[Digest.Size];
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            chunks.ValueOf(new Digest(bytes), out _).Size = i;
        }

        double each = chunks.Bytes / (double)count;
        return Result.Figure($"space: memory for each of {Units.Count(count)} chunks", Units.Bytes(each), each, Target.AtMost(96, " B"));
    }

    /// <summary>Runs the pass over the indexes as the account does, with known sizes.</summary>
    private static void Count(SpaceInventory inventory, Digest[] digests, int[] groups, int[] scopes, long references)
    {
        using var chunks = new DigestMap<ChunkTally>();
        foreach (Digest digest in digests) chunks.ValueOf(digest, out _).Size = 1000;
        var count = new SpaceCount(groups, scopes);
        for (int i = 0; i < inventory.Snapshots.Count; i++)
        {
            foreach (string index in inventory.Snapshots[i].Indexes)
            {
                using IndexPass pass = IndexFile.Pass(inventory.Snapshots[i].PathOf(index), checksum: false);
                while (pass.Read(out ChunkEntries entries)) count.Add(i, entries, chunks, PrefixRange.All, static (in Digest _) => -1);
            }
        }

        count.Finish();
        if (count.Total.References != references || count.Total.Missing > 0) throw new InvalidDataException("not every reference was counted");
    }

    private static Digest[] Chunks(string[] indexes)
    {
        var digests = new HashSet<Digest>();
        foreach (string path in indexes)
        {
            foreach (ChunkEntry entry in IndexFile.Open(path).Entries) digests.Add(entry.Digest);
        }

        return [.. digests];
    }

    private static SpaceAccount Count(Datastore store, long memory) => SpaceAccount.Take(store, new SpaceOptions { MemoryLimit = memory }, Refuse, static (_, _) => { }, default);

    private static void Sizes(Datastore store)
    {
        using var chunks = new DigestMap<ChunkTally>();
        new ChunkSizes(store.Access, store.PathOf(Datastore.ChunkFolder), new SpaceOptions().Threads).Fill(chunks, 0, long.MaxValue, Refuse, default);
    }

    private static long Scan(string[] indexes)
    {
        long references = 0;
        foreach (string path in indexes)
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: false);
            while (pass.Read(out ChunkEntries entries)) references += Fold(entries);
        }

        return references;
    }

    /// <summary>Reads each digest and does nothing with it.</summary>
    private static long Fold(ChunkEntries entries)
    {
        ulong digests = 0;
        long size = 0;
        foreach (ChunkEntry entry in entries)
        {
            digests ^= entry.Digest.First;
            size += entry.Size;
        }

        return digests == 1 && size == 0 ? -1 : entries.Count;
    }

    private static void Refuse(PbsModule.Core.Errors.ListingProblem problem) => throw new InvalidDataException(problem.Message);
}
