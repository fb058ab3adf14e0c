using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// How a password becomes the key that protects a key file. Bounded when it was made, so that deriving ends.
/// </summary>
public abstract record KeyDerivation
{
    private protected KeyDerivation()
    {
    }

    /// <summary>Derives 32 bytes.</summary>
    /// <exception cref="PbsPlatformException">The memory it needs is not to be had.</exception>
    internal abstract void Derive(ReadOnlySpan<byte> password, Span<byte> key);

    private protected static PbsFormatException Invalid(string reason) => new(PbsErrorId.KeyFileInvalid, reason);
}

/// <summary>scrypt; PBS writes n = 65536, r = 8, p = 1 and a salt of 32 bytes.</summary>
public sealed record ScryptDerivation : KeyDerivation
{
    private readonly int _n, _r, _p;
    private readonly byte[] _salt;

    /// <exception cref="PbsFormatException">Parameters outside of scrypt's rules, or of what is bearable.</exception>
    public ScryptDerivation(long n, long r, long p, ReadOnlySpan<byte> salt)
    {
        if (Scrypt.Check(n, r, p) is { } reason) throw Invalid(reason);
        (_n, _r, _p, _salt) = ((int)n, (int)r, (int)p, salt.ToArray());
    }

    internal override void Derive(ReadOnlySpan<byte> password, Span<byte> key) =>
        Scrypt.Derive(password, _salt, _n, _r, _p, key);
}

/// <summary>PBKDF2 with HMAC-SHA-256; PBS writes 65535 iterations and a salt of 32 bytes.</summary>
public sealed record Pbkdf2Derivation : KeyDerivation
{
    /// <summary>A few seconds' work; more than a hundred times what PBS writes.</summary>
    public const int MostIterations = 10_000_000;

    private readonly int _iterations;
    private readonly byte[] _salt;

    /// <exception cref="PbsFormatException">No iteration, or more than is bearable.</exception>
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
