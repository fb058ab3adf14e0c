using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>
/// Whichever byte of whichever chunk of a small store is flipped: a verification reports it, and exactly the snapshots that use the chunk. Which bit
/// it is, and who uses what, is chosen at random; PBS_FUZZ_SEED repeats a run.
/// </summary>
public sealed class VerifyPropertyTests : IDisposable
{
    private const int Chunks = 6;
    private const int Snapshots = 5;

    private readonly ChunkedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Every_flipped_byte_is_found_and_told_of_the_snapshots_that_use_it()
    {
        var random = new Random(MutationFuzz.Seed);
        Digest[] digests = [.. Enumerable.Range(0, Chunks).Select(i => i == 0 ? _store.Put([1, 2, 3]) : _store.Put(MutationFuzz.Seed ^ i, 60 + (i * 9)))];
        var uses = new Dictionary<string, HashSet<Digest>>();
        for (int i = 0; i < Snapshots; i++)
        {
            Digest[] used = [.. digests.Where(_ => random.Next(2) == 0)];
            if (used.Length == 0) used = [digests[i]];
            uses.Add(_store.Add($"vm/{100 + (i % 2)}/2024-05-0{i + 1}T10:00:00Z", used).ToString(), [.. used]);
        }

        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext store = engine.Resolver.ResolvePath(_store.Path);
        int flips = 0;
        foreach (Digest digest in digests)
        {
            byte[] whole = File.ReadAllBytes(_store.PathOf(digest));
            for (int at = 0; at < whole.Length; at++)
            {
                byte[] flipped = [.. whole];
                flipped[at] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(_store.PathOf(digest), flipped);
                Verification run = Verification.Run(engine, store, new VerifyQuery { NoStateUpdate = true, Threads = 1 + (at % 3) });
                string[] failed = [.. run.Results.Where(result => result.State == VerifyResultState.Failed).Select(result => result.ToString()).Order()];
                Assert.True(uses.Where(use => use.Value.Contains(digest)).Select(use => use.Key).Order().SequenceEqual(failed), $"PBS_FUZZ_SEED={MutationFuzz.Seed}: byte {at} of {digest}: {string.Join(", ", failed)}");
                Assert.All(run.Results.SelectMany(result => result.Errors), error => Assert.Equal(digest.ToString(), error.Digest));
                flips++;
            }

            File.WriteAllBytes(_store.PathOf(digest), whole);
        }

        Assert.True(flips > 300);
        Assert.Equal("OK", Verification.Run(engine, store, new VerifyQuery { NoStateUpdate = true }).State);
    }
}
