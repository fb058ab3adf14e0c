using System.Numerics;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Which chunks of all are looked at: a share of them, chosen anew by each run, but the same for all archives of one.
/// </summary>
/// <param name="Share">0 to 1.</param>
/// <param name="Seed">Chosen at random.</param>
internal sealed record ChunkSample(double Share, ulong Seed)
{
    // An odd number whose bits are spread evenly (2^64 divided by the golden ratio).
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private const double Whole = ulong.MaxValue;

    public bool Includes(in Digest digest)
    {
        // Whoever crafts digests can choose their bytes, not the seed.
        ulong mixed = (digest.First ^ Seed) * Spread;
        mixed = (mixed ^ BitOperations.RotateRight(mixed, 29)) * Spread;
        return mixed < Share * Whole;
    }
}
