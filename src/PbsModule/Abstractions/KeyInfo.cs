using PbsModule.Core;
using PbsModule.Core.Formats;

namespace PbsModule;

/// <summary>
/// An encryption key that Import-PbsKey has read. The secret stays in this process: no property, no text and no
/// serialised form has it.
/// Its text is its fingerprint.
/// </summary>
public sealed class KeyInfo : IDisposable
{
    private readonly KeyFile _key;
    private bool _disposed;

    /// <param name="file">As it was read.</param>
    /// <param name="key">The same without a password; this owns it from now on.</param>
    /// <param name="source">Where it was read.</param>
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
    /// Names the key: 32 pairs of hexadecimal digits joined by ':', as snapshots show the key they were made with.
    /// </summary>
    public string Fingerprint => _key.Fingerprint.ToString()!;

    /// <summary>How the password was turned into a key: Scrypt, PBKDF2, or None for a key without a password.</summary>
    public string Kdf { get; }

    /// <summary>When the key was made, UTC.</summary>
    public DateTimeOffset Created => _key.Created;

    /// <summary>When the file was last written, for instance to change the password; UTC.</summary>
    public DateTimeOffset Modified => _key.Modified;

    /// <summary>The hint to the password that its owner left; null without one.</summary>
    public string? Hint => _key.Hint;

    /// <summary>The file it was read from, or the snapshot.</summary>
    public string Source { get; }

    /// <summary>Clears the secret. The key opens nothing from then on.</summary>
    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
    }

    public override string ToString() => Fingerprint;

    /// <summary>A key to work with, which is the caller's.</summary>
    /// <exception cref="PbsArgumentException">The secret was cleared.</exception>
    internal CryptKey Open() => _disposed
        ? throw new PbsArgumentException(PbsErrorId.KeyRequired, $"the key {Fingerprint} was disposed of", Fingerprint)
        : _key.Open();
}
