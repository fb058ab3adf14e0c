using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Interop;

/// <summary>Encrypts and decrypts with AES-256-GCM by OpenSSL.</summary>
/// <param name="key">The key, 32 bytes. It is copied.</param>
internal sealed unsafe class OpenSslAesGcm(ReadOnlySpan<byte> key) : IAesGcm
{
    private readonly byte[] _key = Pinned(key);

    public void Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        using OpenSslCipherHandle context = Begin(iv, encrypt: 1);
        fixed (byte* tagBytes = tag)
        {
            if (!Update(context, plaintext, ciphertext) || !Finish(context)
                || OpenSsl.EVP_CIPHER_CTX_ctrl(context, OpenSsl.GetTag, tag.Length, tagBytes) != 1) throw Failed();
        }
    }

    public bool TryDecrypt(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext)
    {
        using OpenSslCipherHandle context = Begin(iv, encrypt: 0);
        fixed (byte* tagBytes = tag)
        {
            if (!Update(context, ciphertext, plaintext)
                || OpenSsl.EVP_CIPHER_CTX_ctrl(context, OpenSsl.SetTag, tag.Length, tagBytes) != 1) throw Failed();
        }

        if (Finish(context)) return true;

        // A wrong tag must not appear as a failure of the next call in this thread.
        OpenSsl.ERR_clear_error();
        return false;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // Creates a context for each message, so that any number of threads may use the key.
    private OpenSslCipherHandle Begin(ReadOnlySpan<byte> iv, int encrypt)
    {
        OpenSslCipherHandle context = OpenSsl.EVP_CIPHER_CTX_new();
        if (context.IsInvalid) throw LibraryFailure.OutOfMemory("OpenSSL");
        fixed (byte* keyBytes = _key, ivBytes = iv)
        {
            // The length of the IV must be set before the IV.
            nint cipher = OpenSsl.EVP_aes_256_gcm();
            if (OpenSsl.EVP_CipherInit_ex(context, cipher, 0, null, null, encrypt) == 1
                && OpenSsl.EVP_CIPHER_CTX_ctrl(context, OpenSsl.SetIvLength, iv.Length, null) == 1
                && OpenSsl.EVP_CipherInit_ex(context, 0, 0, keyBytes, ivBytes, encrypt) == 1) return context;
        }

        context.Dispose();
        throw Failed();
    }

    private static bool Update(OpenSslCipherHandle context, ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.IsEmpty) return true;
        int length;
        fixed (byte* source = input, target = output)
        {
            int result = OpenSsl.EVP_CipherUpdate(context, target, &length, source, input.Length);
            return result == 1 && length == input.Length;
        }
    }

    private static bool Finish(OpenSslCipherHandle context)
    {
        // GCM has no more bytes to write, but OpenSSL requires a buffer.
        byte* rest = stackalloc byte[16];
        int length;
        return OpenSsl.EVP_CipherFinal_ex(context, rest, &length) == 1;
    }

    private static PbsPlatformException Failed()
    {
        OpenSsl.ERR_clear_error();
        return LibraryFailure.Of("OpenSSL", "AES-256-GCM cannot be computed");
    }

    private static byte[] Pinned(ReadOnlySpan<byte> key)
    {
        // Pinned, so that the garbage collector leaves no copies of the key in memory.
        byte[] copy = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(copy);
        return copy;
    }
}
