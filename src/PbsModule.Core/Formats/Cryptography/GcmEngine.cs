namespace PbsModule.Core.Formats;

/// <summary>
/// AES-256-GCM below the question where the first counter block comes from: counter mode, GHASH and the tag, with
/// empty additional data (NIST SP 800-38D). One instance serves any number of threads.
/// </summary>
internal abstract class GcmEngine : IDisposable
{
    public const int BlockSize = 16;

    /// <summary>The fastest engine this processor has.</summary>
    /// <param name="key">32 bytes.</param>
    public static GcmEngine Create(ReadOnlySpan<byte> key) => AesGcmX86.IsSupported ? new AesGcmX86(key) : new AesGcmPortable(key);

    /// <summary>GHASH under the hash key of this AES key.</summary>
    /// <param name="blocks">Whole blocks of 16 bytes.</param>
    /// <param name="hash">16 bytes.</param>
    public abstract void Hash(ReadOnlySpan<byte> blocks, Span<byte> hash);

    /// <summary>Encrypts or decrypts a message and computes its tag, which the caller compares.</summary>
    /// <param name="j0">First counter block, 16 bytes.</param>
    /// <param name="input">Plaintext or ciphertext.</param>
    /// <param name="output">As long as <paramref name="input"/>; the same memory, or no common byte.</param>
    /// <param name="encrypting">Which of the two sides is the ciphertext, and so what the tag covers.</param>
    /// <param name="tag">16 bytes.</param>
    public abstract void Transform(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> input, Span<byte> output, bool encrypting, Span<byte> tag);

    /// <summary>Clears the key.</summary>
    public abstract void Dispose();
}
