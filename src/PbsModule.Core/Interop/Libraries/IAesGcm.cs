namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// AES-256-GCM under one key as PBS uses it: an IV of 16 bytes, no additional data, a tag of 16 bytes. Serves any
/// number of threads. The caller has checked all lengths.
/// </summary>
internal interface IAesGcm : IDisposable
{
    /// <param name="iv">16 bytes.</param>
    /// <param name="plaintext">Any length.</param>
    /// <param name="ciphertext">As long as the plaintext; the same memory, or no common byte.</param>
    /// <param name="tag">16 bytes.</param>
    void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    /// <returns>False when the tag is wrong; what is in the output then must not be used.</returns>
    /// <param name="iv">16 bytes.</param>
    /// <param name="ciphertext">Any length.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As long as the ciphertext; the same memory, or no common byte.</param>
    bool TryDecrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);
}
