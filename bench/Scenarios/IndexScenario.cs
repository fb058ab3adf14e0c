using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures a pass over a dynamic index of five million entries, which uses each offset, size and digest and compares
/// the checksum. Its limit is the SHA-256 of the entries, measured over the same bytes in memory.
/// </summary>
internal sealed class IndexScenario : IScenario
{
    private const int ChunkSize = 4 << 20;

    public string Name => "index";

    public string Summary => "one pass over a dynamic index of 5 million entries";

    public IEnumerable<Result> Run(BenchContext context)
    {
        int count = context.Quick ? 500_000 : 5_000_000;
        string folder = context.CreateFolder("index");
        string path = Path.Combine(folder, "root.pxar.didx");
        Digest checksum = Write(path, count);
        byte[] body = File.ReadAllBytes(path)[IndexHeader.Size..];

        Standing standing = context.Run(
            new Contender("hash", () => CheckEqual(checksum, Digest.Of(body))),
            new Contender("pass", () => Pass(path, count, checksum)),
            new Contender("pass without checksum", () => Pass(path, count, null)));
        context.Discard(folder);
        yield return new Result(
            $"index: {Units.Count(count)} entries and checksum",
            Units.Rate(body.Length / standing.Seconds(1)),
            Units.Rate(body.Length / standing.Seconds(0)),
            standing.RateRatio(1, 0),
            Target.AtLeast(0.8));
        yield return Result.Note("index: the same without checksum", Units.Rate(body.Length / standing.Seconds(2)));
    }

    private static void Pass(string path, int count, Digest? checksum)
    {
        var fold = default(Folded);
        using IndexPass pass = IndexFile.Pass(path, checksum is not null);
        while (pass.Read(out ChunkEntries piece)) Fold(piece, ref fold);
        if (fold.Count != count || fold.Size != pass.LogicalSize || fold.LastOffset >= fold.Size || fold.Digests == 0) throw new InvalidDataException("the pass missed entries");
        if (checksum is { } expected) CheckEqual(expected, pass.Checksum!.Value);
    }

    /// <summary>
    /// Processes one piece. A separate method that is called for each piece, because one called only a few times never
    /// gets the best code.
    /// </summary>
    private static void Fold(ChunkEntries piece, ref Folded fold)
    {
        long size = 0, offset = 0;
        ulong digests = 0;
        foreach (ChunkEntry entry in piece)
        {
            size += entry.Size;
            offset = entry.Offset;
            digests ^= entry.Digest.First;
        }

        fold.Size += size;
        fold.LastOffset = offset;
        fold.Digests ^= digests;
        fold.Count += piece.Count;
    }

    private static void CheckEqual(in Digest expected, in Digest actual)
    {
        if (expected != actual) throw new InvalidDataException("the checksum is wrong");
    }

    private static Digest Write(string path, int count)
    {
        var random = new Random(1);
        byte[] digest = new byte[Digest.Size];
        using FileStream file = File.Create(path);
        using var writer = new DynamicIndexWriter(file, Guid.NewGuid(), 0);
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(digest);
            writer.Add(random.Next(ChunkSize / 4, ChunkSize * 4), new Digest(digest));
        }

        return writer.Finish();
    }

    private struct Folded
    {
        public long Size;
        public long LastOffset;
        public ulong Digests;
        public int Count;
    }
}
