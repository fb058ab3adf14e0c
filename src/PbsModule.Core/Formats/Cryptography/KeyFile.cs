using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// A key file, which contains the encryption key with or without password protection. Disposing clears the key. Source:
/// pbs-key-config <c>lib.rs</c>.
/// </summary>
public sealed class KeyFile : IDisposable
{
    private const int ProtectedOverhead = AesGcm16.IvSize + AesGcm16.TagSize;

    private readonly byte[] _data;

    /// <param name="data">
    /// The key, or IV, tag and ciphertext, in pinned memory. This object clears it when it is disposed.
    /// </param>
    internal KeyFile(byte[] data) => _data = data;

    /// <summary>The derivation of the protecting key from the password, or null if the file has no password.</summary>
    public KeyDerivation? Derivation { get; init; }

    /// <summary>Whether <see cref="Open"/> needs a password.</summary>
    public bool NeedsPassword => Derivation is not null;

    /// <summary>The creation time of the key, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The time of the last change of the file, for example of its password. UTC.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>The fingerprint that the file states. <see cref="Open"/> checks it against the key.</summary>
    public KeyFingerprint? Fingerprint { get; init; }

    /// <summary>The password hint of the owner, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>
    /// Reads the text of a key file, or of a paper key with the lines around it. Does not derive a key, so the cost
    /// depends only on the length.
    /// </summary>
    /// <param name="file">JSON in UTF-8 or UTF-16, with or without a byte order mark.</param>
    /// <exception cref="PbsFormatException">The text is not a key file, or its parameters are out of range.</exception>
    public static KeyFile Parse(ReadOnlySpan<byte> file)
    {
        RefuseOthers(file);
        using KeyText text = KeyText.Decode(file);
        text.UnwrapPaper();
        return KeyFileReader.Read(text.Bytes);
    }

    /// <summary>Returns the same key and its metadata without a password.</summary>
    /// <param name="password">See <see cref="Open"/>.</param>
    /// <exception cref="PbsException">See <see cref="Open"/>.</exception>
    public KeyFile Unlock(ReadOnlySpan<byte> password = default)
    {
        byte[] bare = GC.AllocateArray<byte>(CryptKey.Size, pinned: true);
        try
        {
            Take(password, bare);
            using CryptKey key = Checked(new CryptKey(bare));
            return new KeyFile(bare)
            {
                Created = Created,
                Modified = Modified,
                Fingerprint = key.Fingerprint,
                Hint = Hint,
            };
        }
        catch
        {
            CryptographicOperations.ZeroMemory(bare);
            throw;
        }
    }

    /// <summary>Returns the key.</summary>
    /// <param name="password">
    /// The password as typed, in UTF-8. Not used if the file needs none. The caller clears it.
    /// </param>
    /// <exception cref="PbsArgumentException">A password is needed and none was given.</exception>
    /// <exception cref="PbsIntegrityException">
    /// The password is wrong, or the key does not match the stored fingerprint.
    /// </exception>
    /// <exception cref="PbsFormatException">The data has a wrong length.</exception>
    public CryptKey Open(ReadOnlySpan<byte> password = default)
    {
        Span<byte> bare = stackalloc byte[CryptKey.Size];
        try
        {
            Take(password, bare);
            return Checked(new CryptKey(bare));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bare);
        }
    }

    /// <summary>Returns the fingerprint if the file has one, and nothing else of the key.</summary>
    public override string ToString() => Fingerprint?.ToString() ?? "key file without fingerprint";

    public void Dispose() => CryptographicOperations.ZeroMemory(_data);

    /// <summary>Refuses other files about keys and recommends the right use.</summary>
    private static void RefuseOthers(ReadOnlySpan<byte> file)
    {
        if (file.IndexOf("PRIVATE KEY-----"u8) >= 0 && file.IndexOf("PROXMOX BACKUP KEY-----"u8) < 0)
        {
            throw new PbsFormatException(
                PbsErrorId.KeyFileInvalid, "this is a private key in PEM, as master keys are, and no encryption key")
            {
                RecommendedAction =
                    "Import-PbsKey -Snapshot <snapshot> -MasterKeyFile <this file> opens the key beside a backup.",
            };
        }

        if (file.StartsWith(BlobHeader.PlainMagic))
        {
            throw new PbsFormatException(
                PbsErrorId.KeyFileInvalid,
                "this is a blob of a datastore, as rsa-encrypted.key.blob is, and no key file")
            {
                RecommendedAction =
                    "Import-PbsKey <this file> -MasterKeyFile <private key> opens it with the master key.",
            };
        }
    }

    private string HintText => string.IsNullOrEmpty(Hint) ? "" : $" (password hint: {Hint})";

    private void Take(ReadOnlySpan<byte> password, Span<byte> bare)
    {
        if (NeedsPassword && password.IsEmpty)
        {
            throw new PbsArgumentException(
                PbsErrorId.KeyPasswordRequired,
                $"the encryption key is protected by a password{HintText}",
                Fingerprint?.ToString());
        }

        int overhead = NeedsPassword ? ProtectedOverhead : 0;
        if (_data.Length < overhead) throw Invalid("Unable to decrypt key - short data");
        if (_data.Length - overhead != CryptKey.Size)
        {
            throw Invalid($"the key has {_data.Length - overhead} bytes instead of {CryptKey.Size}");
        }

        if (Derivation is null)
        {
            _data.CopyTo(bare);
            return;
        }

        Span<byte> wrapping = stackalloc byte[AesGcm16.KeySize];
        Derivation.Derive(password, wrapping);
        using AesGcm16 cipher = new(wrapping);
        CryptographicOperations.ZeroMemory(wrapping);
        ReadOnlySpan<byte> data = _data;
        if (cipher.TryDecrypt(
            data[..AesGcm16.IvSize],
            data[ProtectedOverhead..],
            data[AesGcm16.IvSize..ProtectedOverhead],
            bare))
        {
            return;
        }

        throw new PbsIntegrityException(
            PbsErrorId.KeyPasswordWrong,
            $"Unable to decrypt key - wrong password, or the file is damaged{HintText}",
            Fingerprint?.ToString());
    }

    private CryptKey Checked(CryptKey key)
    {
        if (Fingerprint is not { } stored || stored == key.Fingerprint) return key;
        key.Dispose();
        throw new PbsIntegrityException(
            PbsErrorId.KeyMismatch,
            $"KeyConfig contains wrong fingerprint {stored.ShortText}, contained key has fingerprint "
                + $"{key.Fingerprint.ShortText}",
            stored.ToString());
    }

    private static PbsFormatException Invalid(string reason) => new(PbsErrorId.KeyFileInvalid, reason);
}
