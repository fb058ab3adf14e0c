using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// The log of a backup client as it will lie in a snapshot (<c>client.log.blob</c>): a text, encoded as the client
/// does, or what is a blob already, checked as the server does. Source: proxmox-backup-client upload-log, PBS POST
/// upload-backup-log.
/// </summary>
public sealed class BackupLog
{
    /// <summary>Its name in a snapshot.</summary>
    public const string FileName = "client.log.blob";

    private const int Mode = 0x1A4; // 0644

    private readonly byte[] _blob;

    private BackupLog(byte[] blob) => _blob = blob;

    /// <summary>How it is protected.</summary>
    public CryptMode CryptMode => BlobHeader.Parse(_blob).CryptMode;

    /// <summary>The blob.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>Takes a log, by what its bytes say it is.</summary>
    /// <param name="content">A text of at most 128 MiB, or a blob.</param>
    /// <param name="key">Encrypts a text; a blob is what it is.</param>
    /// <exception cref="PbsFormatException">It begins as a blob and is damaged.</exception>
    /// <exception cref="PbsArgumentException">Too large, or a blob and there is a key that it would not be encrypted
    /// with.</exception>
    public static BackupLog From(ReadOnlySpan<byte> content, CryptKey? key = null)
    {
        if (BlobHeader.HasMagic(content))
        {
            if (key is not null)
            {
                throw new PbsArgumentException(
                    PbsErrorId.KeyMismatch,
                    "the log is a blob already and is stored as it is, so there is nothing to encrypt with the key");
            }

            DataBlob.Load(content);
            return new BackupLog(content.ToArray());
        }

        using var zstd = new ZstdEncoder();
        return new BackupLog(key is null ? DataBlob.Encode(content, zstd) : EncryptedBlob.Encode(content, key, zstd));
    }

    /// <summary>As <see cref="From"/>, out of a file.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="key">See <see cref="From"/>.</param>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsException">It cannot be read, or <see cref="From"/> refuses it.</exception>
    public static BackupLog Load(string path, CryptKey? key = null)
    {
        try
        {
            return From(NativeFile.ReadAll(path, DataBlob.MaxEncodedBlobSize), key);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            throw new PbsNotFoundException(
                PbsErrorId.LogFileNotFound,
                $"unable to read the log '{path}' - {e.Message}",
                path,
                e);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to read the log '{path}'", path);
        }
        catch (PbsFormatException e)
        {
            throw e.In(path);
        }
    }

    /// <summary>Refuses where a snapshot has a log.</summary>
    /// <exception cref="PbsConflictException"><c>backup already contains a log.</c></exception>
    internal static void DemandNone(string snapshotFolder)
    {
        string path = Path.Combine(snapshotFolder, FileName);
        if (Path.Exists(path)) throw Exists(path);
    }

    /// <summary>
    /// Puts the log into a snapshot, whole or not at all. Neither the manifest nor a lock is touched, as in PBS.
    /// </summary>
    /// <exception cref="PbsConflictException"><c>backup already contains a log.</c></exception>
    /// <exception cref="PbsStorageException">It cannot be written; then there is none.</exception>
    internal void Store(IFileMutations mutations, string snapshotFolder)
    {
        string path = Path.Combine(snapshotFolder, FileName);
        try
        {
            if (!OwnedPath.TryCreateFile(mutations, path, Mode, FileOwner.ForNewFilesIn(snapshotFolder), _blob))
            {
                throw Exists(path);
            }
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.BackupLogUnwritable, $"unable to write {PathText.Quote(path)}", path);
        }
    }

    private static PbsConflictException Exists(string path) =>
        new(PbsErrorId.BackupLogExists, "backup already contains a log.", path);
}
