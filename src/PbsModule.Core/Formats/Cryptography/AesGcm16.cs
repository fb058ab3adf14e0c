using System.Security.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// AES-256-GCM as PBS uses it: a random IV of 16 bytes, no additional data, a tag of 16 bytes. The framework's own
/// <see cref="AesGcm"/> takes 12-byte nonces only; OpenSSL does the work where it is found, Bouncy Castle elsewhere.
/// One instance serves any number of threads.
/// </summary>
internal sealed class AesGcm16(IAesGcm cipher) : IDisposable
{
    public const int KeySize = 32;
    public const int IvSize = 16;
    public const int TagSize = 16;

    /// <param name="key">32 bytes; copied, the caller clears its own.</param>
    public AesGcm16(ReadOnlySpan<byte> key)
        : this(OpenSsl.IsUsable ? new OpenSslAesGcm(key) : LibraryContext.Libraries.CreateAesGcm(key))
    {
    }

    /// <param name="iv">16 bytes, never used before with this key.</param>
    /// <param name="plaintext">Any length.</param>
    /// <param name="ciphertext">As long as the plaintext; may be the same memory.</param>
    /// <param name="tag">16 bytes.</param>
    public void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        Check(iv, plaintext, ciphertext, tag);
        cipher.Encrypt(iv, plaintext, ciphertext, tag);
    }

    /// <summary>Decrypts, and hands nothing out unless the tag is right: after false the output is all zero.</summary>
    /// <param name="iv">16 bytes.</param>
    /// <param name="ciphertext">Any length.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As long as the ciphertext; may be the same memory.</param>
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
