using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Access.Secrets;

/// <summary>Holds a secret against its stored hash. Source: proxmox-sys crypt.rs.</summary>
internal static class SecretHash
{
    /// <summary>The library takes no more; PBS cuts what is longer.</summary>
    private const int MaxLength = 511;

    /// <summary>Null if the secret is right, else PBS's words.</summary>
    /// <param name="secret">UTF-8. Counts up to its first NUL and to 511 bytes, as in PBS.</param>
    /// <param name="hash">As crypt(3) writes it.</param>
    /// <exception cref="PbsPlatformException">libcrypt is not on this machine.</exception>
    public static string? Check(ReadOnlySpan<byte> secret, string hash)
    {
        int end = secret.IndexOf((byte)0);
        if (end >= 0) secret = secret[..end];
        if (secret.Length > MaxLength) secret = secret[..MaxLength];
        byte[]? actual = LibCrypt.Hash(secret, hash);
        if (actual is null) return "internal error: crypt_r returned invalid hash";
        return CryptographicOperations.FixedTimeEquals(actual, Encoding.UTF8.GetBytes(hash))
            ? null
            : "invalid credentials";
    }
}
