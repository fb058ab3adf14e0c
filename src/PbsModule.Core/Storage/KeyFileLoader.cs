using System.Security.Cryptography;
using PbsModule.Core.Formats;
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
    public static KeyFile Load(string path)
    {
        byte[] content = GC.AllocateArray<byte>(LargestFile + 1, pinned: true);
        try
        {
            // Without the stream's own buffer, which nobody would clear.
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            int length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > LargestFile) throw new PbsFormatException(PbsErrorId.KeyFileInvalid, $"a key file has no more than {LargestFile} bytes");
            return KeyFile.Parse(content.AsSpan(0, length));
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
