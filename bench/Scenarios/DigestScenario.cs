using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the set of digests of a garbage collection: twenty million new ones, each added a second time. The targets
/// are absolute figures; the framework's own set is shown for comparison.
/// </summary>
internal sealed class DigestScenario : IScenario
{
    private const long Boundary = 64 << 20;

    public string Name => "digests";

    public string Summary => "a set of 20 million digests: rate and memory";

    public IEnumerable<Result> Run(BenchContext context)
    {
        int count = context.Quick ? 2_000_000 : 20_000_000;
        string size = $"digests: {Units.Count(count)}";
        long bytes = 0, peak = 0;
        Standing standing = context.Run(
            new Contender("set", () =>
            {
                using var set = new DigestSet();
                AddAll(set, count, count);
                (bytes, peak) = (set.Bytes, set.PeakBytes);
            }),
            new Contender("bounded", () =>
            {
                using var set = new DigestSet(Boundary);
                AddAll(set, count, 0);
            }));
        double rate = 2.0 * count / standing.Seconds(0);
        yield return Result.Figure($"{size}, each met twice", $"{Units.Count(rate)}/s", rate / 1e6, Target.AtLeast(4, " M/s"));
        yield return Result.Figure($"{size}, memory of each", Units.Bytes((double)bytes / count), (double)bytes / count, Target.AtMost(60, " B"));
        yield return Result.Figure($"{size}, the most while growing", Units.Bytes((double)peak / count), (double)peak / count, Target.AtMost(90, " B"));
        yield return Result.Note($"{size}, within {Units.Bytes(Boundary)}", $"{Units.Count(2.0 * count / standing.Seconds(1))}/s");
    }

    /// <summary>Adds digests from a fast generator, because hashing would cost more than the set itself.</summary>
    private static void AddAll(DigestSet set, int count, long expected)
    {
        int added = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            ulong state = 0;
            for (int i = 0; i < count; i++)
            {
                if (Add(set, ref state)) added++;
            }
        }

        if (expected != 0 && added != expected) throw new InvalidDataException($"{added} of {expected} digests were new");
    }

    private static unsafe bool Add(DigestSet set, ref ulong state)
    {
        ulong* words = stackalloc ulong[4];
        for (int i = 0; i < 4; i++) words[i] = Mix(state += 0x9E3779B97F4A7C15);
        return set.Add(*(Digest*)words);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
