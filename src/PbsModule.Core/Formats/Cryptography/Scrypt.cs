using System.Numerics;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// scrypt (RFC 7914), which the framework lacks, by Bouncy Castle; with bounds, because the parameters come from files.
/// </summary>
internal static class Scrypt
{
    /// <summary>What PBS lets OpenSSL use: 1025 MiB.</summary>
    public const long MemoryLimit = 1025L << 20;

    /// <summary>
    /// The most n·r·p: twice what the memory limit allows with p = 1. Memory alone does not bound the time, since p
    /// adds work and hardly any memory.
    /// </summary>
    public const long WorkLimit = 1L << 24;

    private const int BytesPerBlock = 128;

    /// <summary>Why these parameters cannot be used, or null.</summary>
    /// <param name="n">Cost: a power of two above 1 and below 2^(16·r).</param>
    /// <param name="r">Block size in units of 128 bytes.</param>
    /// <param name="p">How many times the work is done.</param>
    public static string? Check(long n, long r, long p)
    {
        if (n < 2 || !BitOperations.IsPow2(n)) return "scrypt's n is not a power of two above 1";
        if (r < 1 || p < 1) return "scrypt's r or p is below 1";
        if (r < 4 && n >= 1L << (int)(16 * r)) return "scrypt's n is too large for its r";
        if (n > WorkLimit || r > WorkLimit || p > WorkLimit) return "scrypt's parameters are too large";
        long units = r * (n + p + 2);
        if (units > MemoryLimit / BytesPerBlock)
        {
            return $"scrypt would need more than {MemoryLimit >> 20} MiB of memory";
        }

        return r * n > WorkLimit / p ? "scrypt's parameters are too large" : null;
    }

    /// <summary>Derives a key.</summary>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt">Any bytes.</param>
    /// <param name="n">As for <see cref="Check"/>, which the caller has asked.</param>
    /// <param name="r">As for <see cref="Check"/>.</param>
    /// <param name="p">As for <see cref="Check"/>.</param>
    /// <param name="derived">Filled to its length.</param>
    /// <exception cref="PbsPlatformException">The memory is not available.</exception>
    public static void Derive(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        int n,
        int r,
        int p,
        Span<byte> derived)
    {
        if (Check(n, r, p) is { } reason) throw new ArgumentException(reason, nameof(n));
        try
        {
            LibraryContext.Libraries.DeriveScrypt(password, salt, new ScryptParameters(n, r, p), derived);
        }
        catch (OutOfMemoryException e)
        {
            long size = (long)BytesPerBlock * r * (n + p + 2);
            throw new PbsPlatformException(
                PbsErrorId.KeyDerivationUnavailable,
                $"scrypt needs {size >> 20} MiB of memory, which this machine does not have",
                null,
                e);
        }
    }
}
