using System.Security.Cryptography;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// An encryption key and everything that PBS derives from it: the cipher, the digests of encrypted chunks, the tag of
/// manifests, and the fingerprint. Supports any number of threads until it is disposed, which clears the key. Only the
/// fingerprint is ever shown. Source: pbs-tools <c>crypt_config.rs</c>.
/// </summary>
public sealed class CryptKey : IDisposable
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Size = AesGcm16.KeySize;

    /// <summary>The length of an authentication tag in bytes.</summary>
    public const int TagSize = HMACSHA256.HashSizeInBytes;

    private const int IdKeyIterations = 10;

    // Pinned, so that the garbage collector leaves no copies of the key in memory.
    private readonly byte[] _idKey = GC.AllocateArray<byte>(SHA256.HashSizeInBytes, pinned: true);
    private readonly AesGcm16 _cipher;
    private bool _disposed;

    /// <param name="key">The key, 32 bytes. It is copied. The caller clears its own copy.</param>
    public CryptKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Size);
        _cipher = new AesGcm16(key);
        Rfc2898DeriveBytes.Pbkdf2(key, "_id_key"u8, _idKey, IdKeyIterations, HashAlgorithmName.SHA256);
        Fingerprint = new KeyFingerprint(ComputeDigest(FingerprintInput));
    }

    /// <summary>Identifies the key. Manifests and key files contain it.</summary>
    public KeyFingerprint Fingerprint { get; }

    /// <summary>The SHA-256 of the text "Proxmox Backup Encryption Key Fingerprint".</summary>
    private static ReadOnlySpan<byte> FingerprintInput =>
    [
        0x6e, 0xd0, 0xef, 0x77, 0x47, 0x1f, 0xff, 0x4d, 0x55, 0xc7, 0xa8, 0xfe, 0x4a, 0x9d, 0xb6, 0x21,
        0x61, 0x40, 0x7f, 0x13, 0x4c, 0x72, 0x5d, 0xdf, 0x30, 0x99, 0x2d, 0x25, 0xec, 0x45, 0xed, 0x26,
    ];

    /// <summary>
    /// Computes the digest of an encrypted chunk: SHA-256 over the plain data and the id key, so that two keys never
    /// share a chunk.
    /// </summary>
    public Digest ComputeDigest(ReadOnlySpan<byte> data)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return ComputeDigest(data, sha256);
    }

    /// <inheritdoc cref="ComputeDigest(ReadOnlySpan{byte})"/>
    /// <param name="data">The unencrypted data.</param>
    /// <param name="sha256">The hash object of the worker, without any appended data.</param>
    public Digest ComputeDigest(ReadOnlySpan<byte> data, IncrementalHash sha256)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        sha256.AppendData(data);
        sha256.AppendData(_idKey);
        return Digest.TakeFrom(sha256);
    }

    /// <summary>Computes the authentication tag of data, which signs manifests: HMAC-SHA-256 with the id key.</summary>
    /// <param name="data">The data, of any length.</param>
    /// <param name="tag">Receives the tag, 32 bytes.</param>
    public void ComputeTag(ReadOnlySpan<byte> data, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HMACSHA256.HashData(_idKey, data, tag);
    }

    /// <summary>Returns the fingerprint and nothing else of the key.</summary>
    public override string ToString() => Fingerprint.ToString();

    public void Dispose()
    {
        _disposed = true;
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_idKey);
    }

    /// <inheritdoc cref="AesGcm16.Encrypt"/>
    internal void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _cipher.Encrypt(iv, plaintext, ciphertext, tag);
    }

    /// <inheritdoc cref="AesGcm16.TryDecrypt"/>
    internal bool TryDecrypt(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _cipher.TryDecrypt(iv, ciphertext, tag, plaintext);
    }
}
