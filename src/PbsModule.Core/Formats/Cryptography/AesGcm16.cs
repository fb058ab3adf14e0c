using System.Security.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Encrypts and decrypts with AES-256-GCM as PBS uses it: a random IV of 16 bytes, no additional data, a tag of 16
/// bytes. The framework's own <see cref="AesGcm"/> accepts only nonces of 12 bytes, so OpenSSL is used if it is found,
/// and Bouncy Castle otherwise. One instance supports any number of threads.
/// </summary>
internal sealed class AesGcm16(IAesGcm cipher) : IDisposable
{
    public const int KeySize = 32;
    public const int IvSize = 16;
    public const int TagSize = 16;

    /// <param name="key">The key, 32 bytes. It is copied. The caller clears its own copy.</param>
    public AesGcm16(ReadOnlySpan<byte> key)
        : this(OpenSsl.IsUsable ? new OpenSslAesGcm(key) : LibraryContext.Libraries.CreateAesGcm(key))
    {
    }

    /// <param name="iv">The IV, 16 bytes. It must never have been used with this key.</param>
    /// <param name="plaintext">The data, of any length.</param>
    /// <param name="ciphertext">Receives the ciphertext, as long as the plaintext. It may be the same memory.</param>
    /// <param name="tag">Receives the tag, 16 bytes.</param>
    public void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        Check(iv, plaintext, ciphertext, tag);
        cipher.Encrypt(iv, plaintext, ciphertext, tag);
    }

    /// <summary>
    /// Decrypts, and returns data only if the tag is right. If the result is false, the output is all zeros.
    /// </summary>
    /// <param name="iv">The IV, 16 bytes.</param>
    /// <param name="ciphertext">The data, of any length.</param>
    /// <param name="tag">The tag, 16 bytes.</param>
    /// <param name="plaintext">Receives the plaintext, as long as the ciphertext. It may be the same memory.</param>
    public bool TryDecrypt(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext)
    {
        Check(iv, ciphertext, plaintext, tag);
        if (cipher.TryDecrypt(iv, ciphertext, tag, plaintext)) return true;
        CryptographicOperations.ZeroMemory(plaintext);
        return false;
    }

    public void Dispose() => cipher.Dispose();

    private static void Check(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> input,
        Span<byte> output,
        ReadOnlySpan<byte> tag)
    {
        if (iv.Length != IvSize) throw new ArgumentException("the IV has 16 bytes", nameof(iv));
        if (tag.Length != TagSize) throw new ArgumentException("the tag has 16 bytes", nameof(tag));
        if (output.Length != input.Length) throw new ArgumentException("another length than the input", nameof(output));
        if (!input.Overlaps(output, out int offset) || offset == 0) return;
        throw new ArgumentException("input and output overlap", nameof(output));
    }
}
