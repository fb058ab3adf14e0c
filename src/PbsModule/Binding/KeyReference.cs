using System.Security;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Binding;

/// <summary>The value of <c>-KeyFile</c>: the path of a key file, or a key read by Import-PbsKey.</summary>
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

    /// <summary>Opens the key; the caller owns it.</summary>
    /// <param name="fullPath">Resolves a path as the user wrote it.</param>
    /// <param name="password">Password of a key file; null for none.</param>
    /// <exception cref="PbsException">
    /// The file does not exist or is not a key file, or the password is wrong.
    /// </exception>
    internal CryptKey Open(Func<string, string> fullPath, SecureString? password) =>
        _key?.Open() ?? EncryptionKey.Open(fullPath(_path!), password);

    /// <summary>The path, or the fingerprint of the key.</summary>
    public override string ToString() => _path ?? _key!.ToString();
}
