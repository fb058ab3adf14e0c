using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Binding;

/// <summary>
/// An encryption key read by Import-PbsKey. The secret stays in this process: no property, no text and no serialised
/// form contains it. Its text is its fingerprint.
/// </summary>
public sealed class KeyInfo : IDisposable
{
    private readonly KeyFile _key;
    private bool _disposed;

    /// <param name="file">The key file as read.</param>
    /// <param name="key">The same key without a password; this object owns it.</param>
    /// <param name="source">The file or snapshot from which it was read.</param>
    internal KeyInfo(KeyFile file, KeyFile key, string source)
    {
        _key = key;
        Source = source;
        Kdf = file.Derivation switch
        {
            null => "None",
            ScryptDerivation => "Scrypt",
            _ => "PBKDF2",
        };
    }

    /// <summary>
    /// Fingerprint of the key: 32 pairs of hexadecimal digits joined by ':', as in Fingerprint of snapshots encrypted
    /// with it.
    /// </summary>
    public string Fingerprint => _key.Fingerprint.ToString()!;

    /// <summary>
    /// Function that derives the key from the password: Scrypt, PBKDF2, or None for a key without a password.
    /// </summary>
    public string Kdf { get; }

    /// <summary>Time when the key was made, UTC.</summary>
    public DateTimeOffset Created => _key.Created;

    /// <summary>Time when the file was last written, for instance to change the password; UTC.</summary>
    public DateTimeOffset Modified => _key.Modified;

    /// <summary>The owner's hint to the password; null for none.</summary>
    public string? Hint => _key.Hint;

    /// <summary>The file or snapshot from which it was read.</summary>
    public string Source { get; }

    /// <summary>Clears the secret. The key then opens nothing more.</summary>
    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
    }

    public override string ToString() => Fingerprint;

    /// <summary>Returns a key for use, which the caller owns.</summary>
    /// <exception cref="PbsArgumentException">The secret was cleared.</exception>
    internal CryptKey Open() => _disposed
        ? throw new PbsArgumentException(PbsErrorId.KeyRequired, $"the key {Fingerprint} was disposed of", Fingerprint)
        : _key.Open();
}
