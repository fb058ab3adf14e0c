using System.Globalization;

namespace PbsModule.Core.Tests;

/// <summary>
/// The promise that no referenced chunk is ever lost: everything that changes a store, in any order, with deaths in the middle. PBS_RETENTION_SEED
/// repeats a run, PBS_RETENTION_COUNT sets how many interleavings (CI 1,000; soak 100,000).
/// </summary>
public class RetentionModelTests
{
    private const int DefaultCount = 1_000;
    private const int Steps = 18;

    [Fact]
    public void No_chunk_that_is_referred_to_is_ever_lost()
    {
        AtomicFileTests.NeedsLinux();
        int first = Number("PBS_RETENTION_SEED", Environment.TickCount & 0xFFFFFFF);
        int count = Number("PBS_RETENTION_COUNT", DefaultCount), collections = 0;
        long removed = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            using var model = new RetentionModel(first + i);
            try
            {
                for (int step = 0; step < Steps; step++)
                {
                    model.Step();
                    model.Check();
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"PBS_RETENTION_SEED={first + i} PBS_RETENTION_COUNT=1: {string.Join(", ", model.History)}: {e.Message}", e);
            }

            Interlocked.Add(ref collections, model.Collections);
            Interlocked.Add(ref removed, model.Removed);
        });

        // A model in which nothing is ever removed would prove nothing.
        Assert.True(count < 100 || (collections > count / 4 && removed > count / 8), $"PBS_RETENTION_SEED={first}: {collections} collections removed {removed} chunks");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
