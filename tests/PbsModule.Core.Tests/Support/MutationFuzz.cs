using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>
/// Feeds mutated samples to a parser: it may return or throw <see cref="PbsFormatException"/>, nothing else, and may not
/// allocate without bound. The seed is printed with every failure; PBS_FUZZ_SEED repeats a run, PBS_FUZZ_COUNT sets
/// how many inputs (CI 100,000; soak 10,000,000).
/// </summary>
internal static class MutationFuzz
{
    private const int DefaultCount = 100_000;

    public static int Count { get; } = Number("PBS_FUZZ_COUNT", DefaultCount);

    public static int Seed { get; } = Number("PBS_FUZZ_SEED", Environment.TickCount & int.MaxValue);

    /// <param name="samples">Well-formed inputs to start from.</param>
    /// <param name="parse">The parser; must walk all of what it returns.</param>
    /// <param name="allocationLimit">Bytes one input may allocate on this thread.</param>
    /// <param name="repair">Mends a mutated input so that it passes the outer check (a checksum), half of the time.</param>
    public static void Run(IReadOnlyList<byte[]> samples, Action<byte[]> parse, long allocationLimit = 64 << 20, Action<byte[]>? repair = null)
    {
        var random = new Random(Seed);
        for (int i = 0; i < Count; i++)
        {
            byte[] input = Mutate(samples[random.Next(samples.Count)], random);
            if (repair is not null && random.Next(2) == 0) repair(input);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(input);
            }
            catch (PbsFormatException)
            {
                // The one way to refuse.
            }
            catch (Exception e)
            {
                Assert.Fail($"PBS_FUZZ_SEED={Seed}, input {i}: {e.GetType().Name}: {e.Message}\n{Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 512)))}\n{e.StackTrace}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= allocationLimit, $"PBS_FUZZ_SEED={Seed}, input {i}: allocated {allocated} bytes for {input.Length} bytes of input");
        }
    }

    private static byte[] Mutate(byte[] sample, Random random)
    {
        byte[] input = (byte[])sample.Clone();
        int edits = 1 + random.Next(4);
        for (int edit = 0; edit < edits && input.Length > 0; edit++)
        {
            int at = random.Next(input.Length);
            switch (random.Next(7))
            {
                case 0: input[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: input[at] = (byte)random.Next(256); break;
                case 2: input = input[..at]; break;
                case 3: input = [.. input[..at], .. input[Math.Min(input.Length, at + 1 + random.Next(16))..]]; break;
                case 4: input = [.. input[..at], .. Noise(random), .. input[at..]]; break;
                case 5: Array.Fill(input, random.Next(2) == 0 ? (byte)0 : (byte)0xFF, at, Math.Min(8, input.Length - at)); break;
                default:
                    int from = random.Next(input.Length);
                    input.AsSpan(from, Math.Min(random.Next(32), Math.Min(input.Length - from, input.Length - at))).CopyTo(input.AsSpan(at));
                    break;
            }
        }

        return input;
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[1 + random.Next(16)];
        random.NextBytes(noise);
        return noise;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;
}
