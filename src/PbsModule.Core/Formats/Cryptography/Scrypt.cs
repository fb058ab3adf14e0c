using System.Numerics;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Computes scrypt (RFC 7914), which the framework does not have, with Bouncy Castle. Limits the parameters, because
/// they come from files.
/// </summary>
internal static class Scrypt
{
    /// <summary>The memory limit in bytes that PBS sets for OpenSSL: 1025 MiB.</summary>
    public const long MemoryLimit = 1025L << 20;

    /// <summary>
    /// The largest product n·r·p: twice the value that the memory limit allows with p = 1. The memory limit alone does
    /// not limit the time, because p adds work but hardly any memory.
    /// </summary>
    public const long WorkLimit = 1L << 24;

    private const int BytesPerBlock = 128;

    /// <summary>Returns the reason why the parameters cannot be used, or null if they can.</summary>
    /// <param name="n">The cost, a power of two above 1 and below 2^(16·r).</param>
    /// <param name="r">The block size in units of 128 bytes.</param>
    /// <param name="p">The parallelization, which multiplies the work.</param>
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
    /// <param name="password">The password, any bytes.</param>
    /// <param name="salt">The salt, any bytes.</param>
    /// <param name="n">See <see cref="Check"/>. The caller has checked the parameters.</param>
    /// <param name="r">See <see cref="Check"/>.</param>
    /// <param name="p">See <see cref="Check"/>.</param>
    /// <param name="derived">Receives the key and is filled completely.</param>
    /// <exception cref="PbsPlatformException">The required memory is not available.</exception>
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
