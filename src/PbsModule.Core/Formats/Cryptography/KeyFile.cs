using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// A key file: the encryption key, bare or under a password. Disposing clears what it holds of the key. Source:
/// pbs-key-config <c>lib.rs</c>.
/// </summary>
public sealed class KeyFile : IDisposable
{
    private const int ProtectedOverhead = AesGcm16.IvSize + AesGcm16.TagSize;

    private readonly byte[] _data;

    /// <param name="data">Pinned memory, which this object clears in the end: the key, or IV, tag and
    /// ciphertext.</param>
    internal KeyFile(byte[] data) => _data = data;

    /// <summary>How the password is turned into a key; null where there is no password.</summary>
    public KeyDerivation? Derivation { get; init; }

    /// <summary>True when <see cref="Open"/> asks for a password.</summary>
    public bool NeedsPassword => Derivation is not null;

    /// <summary>When the key was made, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When the file was last written, for instance to change the password; UTC.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>The fingerprint the file claims; the key is checked against it when it is opened.</summary>
    public KeyFingerprint? Fingerprint { get; init; }

    /// <summary>What its owner left to be reminded of the password.</summary>
    public string? Hint { get; init; }

    /// <summary>
    /// Reads the text of a key file, or of a paper key with the lines around it. Costs nothing but its length: no key
    /// is derived yet.
    /// </summary>
    /// <param name="file">JSON in UTF-8 or UTF-16, with or without a byte order mark.</param>
    /// <exception cref="PbsFormatException">Not a key file, or its parameters are out of bounds.</exception>
    public static KeyFile Parse(ReadOnlySpan<byte> file)
    {
        RefuseOthers(file);
        using KeyText text = KeyText.Decode(file);
        text.UnwrapPaper();
        return KeyFileReader.Read(text.Bytes);
    }

    /// <summary>The same key without its password, with all that is said about it.</summary>
    /// <param name="password">As for <see cref="Open"/>.</param>
    /// <exception cref="PbsException">As for <see cref="Open"/>.</exception>
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

    /// <summary>Takes the key out.</summary>
    /// <param name="password">As it was typed, in UTF-8; not looked at where the file needs none. The caller clears
    /// it.</param>
    /// <exception cref="PbsArgumentException">A password is needed and none was given.</exception>
    /// <exception cref="PbsIntegrityException">Wrong password, or the key is not the one of the stored
    /// fingerprint.</exception>
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

    /// <summary>The fingerprint where the file has one, and nothing of the key.</summary>
    public override string ToString() => Fingerprint?.ToString() ?? "key file without fingerprint";

    public void Dispose() => CryptographicOperations.ZeroMemory(_data);

    /// <summary>Says of other files about keys what they are good for.</summary>
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
            $"KeyConfig contains wrong fingerprint {stored.ShortText}, contained key has fingerprint {key.Fingerprint.ShortText}",
            stored.ToString());
    }

    private static PbsFormatException Invalid(string reason) => new(PbsErrorId.KeyFileInvalid, reason);
}
