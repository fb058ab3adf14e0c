using System.Security;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Abstractions;

/// <summary>Opens the key file a user names, without the password ever being text that stays in memory.</summary>
internal static class EncryptionKey
{
    /// <param name="path">Of the key file, full.</param>
    /// <param name="password">Null for a key file without one.</param>
    /// <exception cref="PbsException">There is none, it is none, or the password is another.</exception>
    public static CryptKey Open(string path, SecureString? password)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return password is null ? file.Open() : Secrets.Use(password, text => Open(file, text));
    }

    private static CryptKey Open(KeyFile file, ReadOnlySpan<char> password)
    {
        byte[] bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetMaxByteCount(password.Length), pinned: true);
        try
        {
            return file.Open(bytes.AsSpan(0, Encoding.UTF8.GetBytes(password, bytes)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
