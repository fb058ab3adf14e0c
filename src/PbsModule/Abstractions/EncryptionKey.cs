using System.Security;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Abstractions;

/// <summary>Opens the files with keys that a user names. No password stays in memory as text.</summary>
internal static class EncryptionKey
{
    /// <param name="path">Of the key file, full.</param>
    /// <param name="password">Null for a key file without one.</param>
    /// <exception cref="PbsException">There is none, it is none, or the password is another.</exception>
    public static CryptKey Open(string path, SecureString? password)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return Use(password, file.Open);
    }

    /// <summary>Reads a key with what is said about it.</summary>
    /// <inheritdoc cref="Open"/>
    public static KeyInfo Import(string path, SecureString? password)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return new KeyInfo(file, Use(password, file.Unlock), path);
    }

    /// <param name="path">Of the private half of a master key, full.</param>
    /// <param name="password">Null for one without.</param>
    /// <exception cref="PbsException">There is none, it is none, or the password is another.</exception>
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
