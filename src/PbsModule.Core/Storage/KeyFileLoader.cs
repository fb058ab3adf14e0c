using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>Key files by their path, and the path in every error.</summary>
public static class KeyFileLoader
{
    /// <summary>Many times what a key file with a long hint takes.</summary>
    private const int LargestFile = 64 << 10;

    /// <summary>Reads a key file; the key is still to be opened. What was read is cleared from memory.</summary>
    /// <param name="path">Full path. Links are followed, and a pipe will do: it is a file its user has chosen.</param>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsFormatException">It is no key file.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static KeyFile Load(string path) => Read(path, 0, static (content, _) => KeyFile.Parse(content));

    /// <summary>Reads the private half of a master key. What was read is cleared from memory.</summary>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <param name="password">The password of the file; not looked at where it needs none. The caller clears
    /// it.</param>
    /// <exception cref="PbsException">As for <see cref="Load"/> and <see cref="MasterKey.Parse"/>.</exception>
    public static MasterKey LoadMasterKey(string path, ReadOnlySpan<char> password = default) =>
        Read(path, password, MasterKey.Parse);

    /// <summary>Opens the encryption key in a copy of <c>rsa-encrypted.key.blob</c>, decoded or not.</summary>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <param name="master">Opens it.</param>
    /// <exception cref="PbsException">As for <see cref="Load"/> and <see cref="MasterKey.Open"/>.</exception>
    public static KeyFile LoadEncrypted(string path, MasterKey master)
    {
        ArgumentNullException.ThrowIfNull(master);
        return Read(path, master, static (content, key) => key.Open(content));
    }

    private static T Read<TState, T>(string path, TState state, SecretParser<TState, T> parse)
        where TState : allows ref struct
    {
        byte[] content = GC.AllocateArray<byte>(LargestFile + 1, pinned: true);
        try
        {
            // Without the stream's own buffer, which nobody would clear.
            using FileStream stream =
                new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > LargestFile)
            {
                throw new PbsFormatException(
                    PbsErrorId.KeyFileInvalid,
                    $"a key file has no more than {LargestFile} bytes");
            }

            return parse(content.AsSpan(0, length), state);
        }
        catch (PbsFormatException e)
        {
            throw e.In(path);
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw Unreadable(path, errno);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static PbsException Unreadable(string path, int errno)
    {
        OsErrorException cause = new(errno, path);
        string what = $"unable to read key file '{path}'";
        return errno == OsError.ENOENT
            ? new PbsNotFoundException(PbsErrorId.KeyFileNotFound, $"{what} - {cause.Message}", path, cause)
            : cause.As(PbsErrorId.KeyFileUnreadable, what, path);
    }
}

/// <summary>Reads what must not be kept.</summary>
internal delegate T SecretParser<TState, T>(ReadOnlySpan<byte> content, TState state)
    where TState : allows ref struct;
