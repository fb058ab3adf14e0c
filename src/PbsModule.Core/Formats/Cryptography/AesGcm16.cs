using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PbsModule.Core.Formats;

/// <summary>
/// AES-256-GCM as PBS uses it: a random IV of 16 bytes, no additional data, a tag of 16 bytes. The framework's own
/// <see cref="AesGcm"/> takes 12-byte nonces only, and GCM hashes any other length into the first counter block.
/// One instance serves any number of threads.
/// </summary>
internal sealed class AesGcm16(GcmEngine engine) : IDisposable
{
    public const int KeySize = 32;
    public const int IvSize = 16;
    public const int TagSize = 16;

    /// <param name="key">32 bytes; copied, the caller clears its own.</param>
    public AesGcm16(ReadOnlySpan<byte> key)
        : this(GcmEngine.Create(key))
    {
    }

    /// <param name="iv">16 bytes, never used before with this key.</param>
    /// <param name="plaintext">Any length.</param>
    /// <param name="ciphertext">As long as the plaintext; may be the same memory.</param>
    /// <param name="tag">16 bytes.</param>
    public void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> j0 = stackalloc byte[GcmEngine.BlockSize];
        FirstCounter(iv, j0);
        EncryptFrom(j0, plaintext, ciphertext, tag);
    }

    /// <summary>Decrypts, and hands nothing out unless the tag is right: after false the output is all zero.</summary>
    /// <param name="iv">16 bytes.</param>
    /// <param name="ciphertext">Any length.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As long as the ciphertext; may be the same memory.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        Span<byte> j0 = stackalloc byte[GcmEngine.BlockSize];
        FirstCounter(iv, j0);
        return TryDecryptFrom(j0, ciphertext, tag, plaintext);
    }

    public void Dispose() => engine.Dispose();

    /// <summary><see cref="Encrypt"/> from a given first counter block; known vectors with 12-byte IVs enter here.</summary>
    internal void EncryptFrom(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        Check(j0, plaintext, ciphertext, tag);
        engine.Transform(j0, plaintext, ciphertext, encrypting: true, tag);
    }

    /// <summary><see cref="TryDecrypt"/> from a given first counter block.</summary>
    internal bool TryDecryptFrom(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        Check(j0, ciphertext, plaintext, tag);
        Span<byte> computed = stackalloc byte[TagSize];
        engine.Transform(j0, ciphertext, plaintext, encrypting: false, computed);
        if (CryptographicOperations.FixedTimeEquals(computed, tag)) return true;
        CryptographicOperations.ZeroMemory(plaintext);
        return false;
    }

    /// <summary>J0 = GHASH(IV ‖ 64 zero bits ‖ length of the IV in bits), the rule for every IV that is not 96 bits long.</summary>
    internal void FirstCounter(ReadOnlySpan<byte> iv, Span<byte> j0)
    {
        if (iv.Length != IvSize) throw new ArgumentException("the IV has 16 bytes", nameof(iv));
        Span<byte> blocks = stackalloc byte[2 * GcmEngine.BlockSize];
        blocks.Clear();
        iv.CopyTo(blocks);
        BinaryPrimitives.WriteInt64BigEndian(blocks[^8..], IvSize * 8);
        engine.Hash(blocks, j0);
    }

    private static void Check(ReadOnlySpan<byte> j0, ReadOnlySpan<byte> input, Span<byte> output, ReadOnlySpan<byte> tag)
    {
        if (j0.Length != GcmEngine.BlockSize) throw new ArgumentException("a counter block has 16 bytes", nameof(j0));
        if (tag.Length != TagSize) throw new ArgumentException("the tag has 16 bytes", nameof(tag));
        if (output.Length != input.Length) throw new ArgumentException("input and output differ in length", nameof(output));
        if (input.Overlaps(output, out int offset) && offset != 0) throw new ArgumentException("input and output overlap", nameof(output));
    }
}
