using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Codecs;

/// <summary>Provides Zstandard by ZstdSharp and cryptography by Bouncy Castle.</summary>
internal sealed class Libraries : ILibraries
{
    public IZstdDecoder CreateZstdDecoder() => new SharpZstdDecoder();

    public IZstdEncoder CreateZstdEncoder() => new SharpZstdEncoder();

    public IAesGcm CreateAesGcm(ReadOnlySpan<byte> key) => new BouncyAesGcm(key);

    public void DeriveScrypt(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ScryptParameters parameters,
        Span<byte> derived)
    {
        byte[] secret = password.ToArray();
        byte[]? key = null;
        try
        {
            key = SCrypt.Generate(secret, salt.ToArray(), parameters.N, parameters.R, parameters.P, derived.Length);
            key.CopyTo(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
