using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// The private half of a master key. It opens the encryption keys that a client stores beside its backups in
/// <c>rsa-encrypted.key.blob</c>. Source: pbs-key-config <c>lib.rs</c>.
/// </summary>
public sealed class MasterKey : IDisposable
{
    /// <summary>The largest key in bits. Larger ones are refused because computing with them takes minutes.</summary>
    private const int LargestKey = 16 << 10;

    private readonly RSA _rsa;

    private MasterKey(RSA rsa) => _rsa = rsa;

    /// <summary>Reads a private key in PEM format: PKCS#1, or PKCS#8 with or without a password.</summary>
    /// <param name="pem">The file, in UTF-8 or UTF-16.</param>
    /// <param name="password">The password. Not used if the key needs none. The caller clears it.</param>
    /// <exception cref="PbsArgumentException">A password is needed and none was given.</exception>
    /// <exception cref="PbsIntegrityException">The password is wrong.</exception>
    /// <exception cref="PbsFormatException">The file is not a private RSA key.</exception>
    public static MasterKey Parse(ReadOnlySpan<byte> pem, ReadOnlySpan<char> password = default)
    {
        using KeyText text = KeyText.Decode(pem);
        char[] characters = GC.AllocateArray<char>(Encoding.UTF8.GetCharCount(text.Bytes), pinned: true);
        try
        {
            Encoding.UTF8.GetChars(text.Bytes, characters);
            return Read(characters, password);
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    /// <summary>Opens an encryption key.</summary>
    /// <param name="content">The blob as stored in a snapshot, or its content.</param>
    /// <returns>The key, without a password.</returns>
    /// <exception cref="PbsIntegrityException">
    /// The content was encrypted for a different master key, or is damaged.
    /// </exception>
    /// <exception cref="PbsFormatException">The blob is damaged.</exception>
    public KeyFile Open(ReadOnlySpan<byte> content)
    {
        int size = (_rsa.KeySize + 7) / 8;
        ReadOnlySpan<byte> encrypted = content.Length == size ? content : PlainBlob(content);
        byte[] json = GC.AllocateArray<byte>(size, pinned: true);
        try
        {
            if (encrypted.Length != size)
            {
                throw Mismatch($"{encrypted.Length} bytes long, and this master key makes {size}", null);
            }

            int length = _rsa.Decrypt(encrypted, json, RSAEncryptionPadding.Pkcs1);
            return KeyFile.Parse(json.AsSpan(0, length));
        }
        catch (Exception e) when (e is CryptographicException or PbsFormatException)
        {
            // With a different key, some libraries report an error and others return meaningless bytes.
            throw Mismatch("nothing that this master key opens", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    public void Dispose() => _rsa.Dispose();

    private static ReadOnlySpan<byte> PlainBlob(ReadOnlySpan<byte> content)
    {
        if (!BlobHeader.HasMagic(content)) return content;
        BlobHeader header = DataBlob.Load(content);
        return header is { IsEncrypted: false, IsCompressed: false }
            ? header.Payload(content)
            : throw Mismatch("no plain blob", null);
    }

    private static MasterKey Read(ReadOnlySpan<char> text, ReadOnlySpan<char> password)
    {
        ReadOnlySpan<char> left = text;
        while (PemEncoding.TryFind(left, out PemFields fields))
        {
            ReadOnlySpan<char> label = left[fields.Label], pem = left[fields.Location];
            left = left[fields.Location.End..];
            if (label is "PRIVATE KEY" or "RSA PRIVATE KEY") return Import(pem, password, isProtected: false);
            if (label is not "ENCRYPTED PRIVATE KEY") continue;
            if (!password.IsEmpty) return Import(pem, password, isProtected: true);
            throw new PbsArgumentException(PbsErrorId.KeyPasswordRequired, "the master key is protected by a password")
            {
                RecommendedAction = "Give it with -MasterKeyPassword (Read-Host -AsSecureString).",
            };
        }

        if (text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw new PbsFormatException(
                PbsErrorId.MasterKeyInvalid, "the master key is encrypted in an old form of OpenSSL")
            {
                RecommendedAction = "Convert it: openssl pkcs8 -topk8 -in old.pem -out new.pem",
            };
        }

        throw Invalid(
            text.Contains("PUBLIC KEY-----", StringComparison.Ordinal)
                ? "this is the public half of a master key"
                : "there is no private key in PEM",
            null);
    }

    private static MasterKey Import(ReadOnlySpan<char> pem, ReadOnlySpan<char> password, bool isProtected)
    {
        var rsa = RSA.Create();
        try
        {
            if (isProtected) ImportProtected(rsa, pem, password);
            else rsa.ImportFromPem(pem);
            if (rsa.KeySize > LargestKey)
            {
                throw Invalid($"a key of {rsa.KeySize} bits, and more than {LargestKey} are refused", null);
            }

            return new MasterKey(rsa);
        }
        catch (Exception e)
        {
            rsa.Dispose();
            if (e is not (CryptographicException or ArgumentException)) throw;
            if (!isProtected) throw Invalid("the private key is no RSA key, or damaged", e);
            throw new PbsIntegrityException(
                PbsErrorId.KeyPasswordWrong,
                "Unable to decrypt the master key - wrong password, or the file is damaged",
                null,
                e);
        }
    }

    private static void ImportProtected(RSA rsa, ReadOnlySpan<char> pem, ReadOnlySpan<char> password)
    {
        Pkcs8Protection.Check(pem);
        rsa.ImportFromEncryptedPem(pem, password);
    }

    private static PbsIntegrityException Mismatch(string what, Exception? inner) =>
        new(
            PbsErrorId.MasterKeyMismatch,
            $"the encrypted key is {what}: it was encrypted for another master key, or is damaged",
            null,
            inner);

    private static PbsFormatException Invalid(string reason, Exception? inner) =>
        new(PbsErrorId.MasterKeyInvalid, reason, inner: inner);
}
