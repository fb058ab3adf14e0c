namespace PbsModule.Bench.Store;

/// <summary>
/// Makes data that zstd compresses to about half, partly through repetition, partly through uneven frequencies, as with
/// the content of real machines. Zeros after random bytes would be decompressed far too fast.
/// </summary>
internal static class SampleData
{
    private const int Window = 16 << 10;
    private const int LongestFresh = 40;
    private const int LongestCopy = 24;
    private const int Shortest = 6;

    /// <summary>Fills the whole span; the same seed gives the same bytes.</summary>
    public static void Fill(Span<byte> data, int seed)
    {
        var random = new Random(seed);
        int at = 0;
        while (at < data.Length)
        {
            at += Fresh(data[at..], random);
            if (at >= data.Length) return;
            int length = Math.Min(random.Next(Shortest, LongestCopy), data.Length - at);
            int distance = random.Next(length, Math.Min(at, Window) + length);
            if (distance > at) continue;
            data.Slice(at - distance, length).CopyTo(data[at..]);
            at += length;
        }
    }

    private static int Fresh(Span<byte> data, Random random)
    {
        int length = Math.Min(random.Next(Shortest, LongestFresh), data.Length);
        Span<byte> bytes = data[..length];
        random.NextBytes(bytes);
        foreach (ref byte value in bytes) value &= (byte)(value >> 1 | 0x95);
        return length;
    }
}
