using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// The derivation of the key that protects a key file from a password. The constructors limit the parameters, so that
/// deriving ends in reasonable time.
/// </summary>
public abstract record KeyDerivation
{
    private protected KeyDerivation()
    {
    }

    /// <summary>Derives a key of 32 bytes.</summary>
    /// <exception cref="PbsPlatformException">The required memory is not available.</exception>
    internal abstract void Derive(ReadOnlySpan<byte> password, Span<byte> key);

    private protected static PbsFormatException Invalid(string reason) => new(PbsErrorId.KeyFileInvalid, reason);
}

/// <summary>Derives a key with scrypt. PBS writes n = 65536, r = 8, p = 1 and a salt of 32 bytes.</summary>
public sealed record ScryptDerivation : KeyDerivation
{
    private readonly int _n, _r, _p;
    private readonly byte[] _salt;

    /// <exception cref="PbsFormatException">
    /// The parameters break scrypt's rules, or need too much memory or time.
    /// </exception>
    public ScryptDerivation(long n, long r, long p, ReadOnlySpan<byte> salt)
    {
        if (Scrypt.Check(n, r, p) is { } reason) throw Invalid(reason);
        (_n, _r, _p, _salt) = ((int)n, (int)r, (int)p, salt.ToArray());
    }

    internal override void Derive(ReadOnlySpan<byte> password, Span<byte> key) =>
        Scrypt.Derive(password, _salt, _n, _r, _p, key);
}

/// <summary>Derives a key with PBKDF2 and HMAC-SHA-256. PBS writes 65535 iterations and a salt of 32 bytes.</summary>
public sealed record Pbkdf2Derivation : KeyDerivation
{
    /// <summary>
    /// The largest number of iterations. It takes a few seconds and is more than a hundred times the number that PBS
    /// writes.
    /// </summary>
    public const int MostIterations = 10_000_000;

    private readonly int _iterations;
    private readonly byte[] _salt;

    /// <exception cref="PbsFormatException">The number of iterations is below 1 or too large.</exception>
    public Pbkdf2Derivation(long iterations, ReadOnlySpan<byte> salt)
    {
        if (iterations is < 1 or > MostIterations)
        {
            throw Invalid($"PBKDF2's number of iterations is not from 1 to {MostIterations}");
        }

        (_iterations, _salt) = ((int)iterations, salt.ToArray());
    }

    internal override void Derive(ReadOnlySpan<byte> password, Span<byte> key) =>
        Rfc2898DeriveBytes.Pbkdf2(password, _salt, key, _iterations, HashAlgorithmName.SHA256);
}
