using System.Buffers;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Codecs;

/// <summary>Encrypts and decrypts with AES-256-GCM by Bouncy Castle.</summary>
internal sealed class BouncyAesGcm(ReadOnlySpan<byte> key) : IAesGcm
{
    private const int TagSize = 16;
    private const int TagBits = 8 * TagSize;

    private readonly byte[] _key = Pinned(key);

    public void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        GcmBlockCipher cipher = Create(iv, forEncryption: true);
        byte[] room = ArrayPool<byte>.Shared.Rent(plaintext.Length + TagSize);
        try
        {
            int written = cipher.ProcessBytes(plaintext, room);
            written += cipher.DoFinal(room.AsSpan(written));
            Split(room.AsSpan(0, written), ciphertext, tag);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    public bool TryDecrypt(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext)
    {
        GcmBlockCipher cipher = Create(iv, forEncryption: false);
        byte[] room = ArrayPool<byte>.Shared.Rent(ciphertext.Length + TagSize);
        try
        {
            // Bouncy Castle expects the tag after the ciphertext.
            int written = cipher.ProcessBytes(ciphertext, room);
            written += cipher.ProcessBytes(tag, room.AsSpan(written));
            written += cipher.DoFinal(room.AsSpan(written));
            room.AsSpan(0, written).CopyTo(plaintext);
            return true;
        }
        catch (InvalidCipherTextException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(room);
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // Creates a new cipher for each message: Bouncy Castle's object holds the state of one message.
    private GcmBlockCipher Create(ReadOnlySpan<byte> iv, bool forEncryption)
    {
        var cipher = new GcmBlockCipher(Org.BouncyCastle.Crypto.AesUtilities.CreateEngine());
        cipher.Init(forEncryption, new AeadParameters(new KeyParameter(_key), TagBits, iv.ToArray()));
        return cipher;
    }

    private static void Split(ReadOnlySpan<byte> output, Span<byte> ciphertext, Span<byte> tag)
    {
        output[..^TagSize].CopyTo(ciphertext);
        output[^TagSize..].CopyTo(tag);
    }

    private static byte[] Pinned(ReadOnlySpan<byte> key)
    {
        // Pinned, so that the garbage collector leaves no copies of the key in memory.
        byte[] copy = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(copy);
        return copy;
    }
}
