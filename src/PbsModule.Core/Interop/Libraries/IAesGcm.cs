namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Encrypts and decrypts with AES-256-GCM under one key as PBS uses it: an IV of 16 bytes, no additional data, a tag of
/// 16 bytes. Supports any number of threads. The caller checks all lengths.
/// </summary>
internal interface IAesGcm : IDisposable
{
    /// <param name="iv">The IV, 16 bytes.</param>
    /// <param name="plaintext">The data, of any length.</param>
    /// <param name="ciphertext">
    /// Receives the ciphertext, as long as the plaintext. It is the same memory as the plaintext, or does not overlap
    /// it.
    /// </param>
    /// <param name="tag">Receives the tag, 16 bytes.</param>
    void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    /// <returns>False if the tag is wrong. The output must then not be used.</returns>
    /// <param name="iv">The IV, 16 bytes.</param>
    /// <param name="ciphertext">The data, of any length.</param>
    /// <param name="tag">The tag, 16 bytes.</param>
    /// <param name="plaintext">
    /// Receives the plaintext, as long as the ciphertext. It is the same memory as the ciphertext, or does not overlap
    /// it.
    /// </param>
    bool TryDecrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);
}
