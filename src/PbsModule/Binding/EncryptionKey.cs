using System.Security;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Storage;

namespace PbsModule.Binding;

/// <summary>Opens key files. No password is kept in memory as text.</summary>
internal static class EncryptionKey
{
    /// <param name="path">Full path of the key file.</param>
    /// <param name="password">Password of the key file; null for none.</param>
    /// <exception cref="PbsException">
    /// The file does not exist or is not a key file, or the password is wrong.
    /// </exception>
    public static CryptKey Open(string path, SecureString? password)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return Use(password, file.Open);
    }

    /// <summary>Reads a key with its metadata.</summary>
    /// <inheritdoc cref="Open"/>
    public static KeyInfo Import(string path, SecureString? password)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return new KeyInfo(file, Use(password, file.Unlock), path);
    }

    /// <param name="path">Full path of the private half of a master key.</param>
    /// <param name="password">Password of the master key; null for none.</param>
    /// <exception cref="PbsException">
    /// The file does not exist or is not a master key, or the password is wrong.
    /// </exception>
    public static MasterKey OpenMaster(string path, SecureString? password) =>
        password is null
            ? KeyFileLoader.LoadMasterKey(path)
            : Secrets.Use(password, text => KeyFileLoader.LoadMasterKey(path, text));

    private static T Use<T>(SecureString? password, Func<ReadOnlySpan<byte>, T> open)
    {
        if (password is null) return open(default);
        return Secrets.Use(password, text =>
        {
            byte[] bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetMaxByteCount(text.Length), pinned: true);
            try
            {
                return open(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        });
    }
}
