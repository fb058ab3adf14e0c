using System.Security;
using PbsModule.Core;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>What <c>-KeyFile</c> takes: the path of a key file, or a key that Import-PbsKey has read.</summary>
public sealed class KeyReference
{
    private readonly string? _path;
    private readonly KeyInfo? _key;

    public KeyReference(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
    }

    public KeyReference(FileInfo file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _path = file.FullName;
    }

    public KeyReference(KeyInfo key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
    }

    /// <summary>Takes the key out; it is the caller's from then on.</summary>
    /// <param name="fullPath">Makes a path of what the user wrote.</param>
    /// <param name="password">Of a key file; null for one without.</param>
    /// <exception cref="PbsException">There is no such file, it is no key file, or the password is another.</exception>
    internal CryptKey Open(Func<string, string> fullPath, SecureString? password) =>
        _key?.Open() ?? EncryptionKey.Open(fullPath(_path!), password);

    /// <summary>The path, or the fingerprint of the key.</summary>
    public override string ToString() => _path ?? _key!.ToString();
}
