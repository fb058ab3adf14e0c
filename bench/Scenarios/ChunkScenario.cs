using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures reading chunks on one core, with files in the cache: read, CRC, decompression, SHA-256. The limit is the
/// faster of the same primitives called directly, over whole chunks or over pieces.
/// </summary>
internal sealed class ChunkScenario : IScenario
{
    private const int ChunkSize = 4 << 20;

    public string Name => "chunk";

    public string Summary => "reading and checking 4 MiB chunks on one core";

    public IEnumerable<Result> Run(BenchContext context)
    {
        string folder = context.CreateFolder("chunk");
        int count = context.Quick ? 8 : 48;
        using var pool = new ChunkPool(folder, withData: true, ChunkSize);
        for (int i = 0; i < count; i++) pool.Add();
        Digest[] digests = [.. Enumerable.Range(0, count).Select(i => pool[i])];
        string[] paths = [.. digests.Select(digest => Path.Combine(folder, digest.ToString()[..4], digest.ToString()))];
        using var bare = new BareChunks(paths, digests, ChunkSize);
        using var reader = new ChunkReader(folder);

        Standing standing = context.Run(
            new Contender("whole", bare.Whole),
            new Contender("pieces", bare.InPieces),
            new Contender("check", () => Check(reader, digests)),
            new Contender("read", () => Read(reader, digests)));
        context.Discard(folder);

        double bytes = (double)count * ChunkSize;
        int limit = standing.Seconds(0) < standing.Seconds(1) ? 0 : 1;
        string packed = $"{Units.Plain(pool.EncodedBytes / bytes)} packed";
        yield return Row($"chunk: check {count} × 4 MiB, {packed}", 2, Target.AtLeast(0.95));
        yield return Row("chunk: read, data kept", 3, Target.AtLeast(0.95));
        yield return Result.Note($"chunk: bare, {(limit == 0 ? "in pieces" : "whole")} (the slower form)", Units.Rate(bytes / standing.Seconds(1 - limit)));

        Result Row(string name, int contender, Target target) => new(
            name, Units.Rate(bytes / standing.Seconds(contender)), Units.Rate(bytes / standing.Seconds(limit)), standing.RateRatio(contender, limit), target);
    }

    private static void Check(ChunkReader reader, Digest[] digests)
    {
        foreach (ref readonly Digest digest in digests.AsSpan())
        {
            ChunkCheck check = reader.Check(digest, ChunkSize);
            if (!check.IsGood) throw check.Error!;
        }
    }

    private static void Read(ChunkReader reader, Digest[] digests)
    {
        foreach (ref readonly Digest digest in digests.AsSpan()) reader.Read(digest, ChunkSize, CryptMode.None);
    }
}
