using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Opens the files of one snapshot, as they are or decoded, and lets nothing through that the manifest knows otherwise.
/// </summary>
/// <param name="content">The snapshot; the caller keeps it until the sources are done with.</param>
/// <param name="key">For what is encrypted; the caller keeps it until the sources are done with.</param>
/// <param name="onLostManifest">As for <see cref="ManifestFileReader.Read"/>.</param>
internal sealed class StoredFile(
    ISnapshotContent content,
    CryptKey? key,
    Action<SnapshotPath, PbsException>? onLostManifest)
{
    private Manifest? _manifest;

    /// <summary>A file of the snapshot as it lies on disk.</summary>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsException">It cannot be opened, or is no regular file.</exception>
    public RawSource OpenRaw(string fileName)
    {
        string path = PathOf(fileName);
        return new RawSource(Open(content, fileName), path);
    }

    /// <summary>
    /// A file of the snapshot, decoded by what its name and its bytes say that it is. Source: PBS GET download-decoded.
    /// </summary>
    /// <exception cref="PbsArgumentException"><c>cannot download '…' files</c>: no index and no blob.</exception>
    /// <exception cref="PbsNotFoundException">The file or the manifest is not there.</exception>
    /// <exception cref="PbsIntegrityException">It is not the file of the manifest; the signature is wrong; or the key
    /// is not the right one.</exception>
    /// <exception cref="PbsFormatException">Damaged; or <c>cannot decode '…' - is encrypted</c>, and there is no
    /// key.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public FileSource OpenDecoded(string fileName)
    {
        string path = PathOf(fileName);
        if (fileName.EndsWith(".blob", StringComparison.Ordinal)) return OpenBlob(fileName);
        if (!IndexFile.TryKindOf(fileName, out _))
        {
            // PBS panics where there is no dot at all; its earlier versions said this.
            throw new PbsArgumentException(
                PbsErrorId.FileNotDecodable,
                $"cannot download '{fileName[(fileName.LastIndexOf('.') + 1)..]}' files",
                path)
            {
                RecommendedAction = "Name the file as it is stored, drive-scsi0.img.fidx for instance; "
                    + "Get-PbsSnapshotFile lists them. Without -Decode it is copied as it is.",
            };
        }

        return OpenArchive(fileName, path);
    }

    /// <summary>A blob, decoded.</summary>
    /// <exception cref="PbsException">As for <see cref="OpenDecoded"/>.</exception>
    public BlobSource OpenBlob(string fileName)
    {
        string path = PathOf(fileName);

        // Neither is in a manifest, and one is the manifest: they say for themselves what they are.
        Manifest? manifest = fileName is Manifest.FileName or BackupLog.FileName ? null : ReadManifest();
        try
        {
            byte[] raw = ReadAll(content, fileName);
            BlobHeader header = DataBlob.Load(raw);
            manifest?.VerifyFile(fileName, Digest.Of(raw), (ulong)raw.Length);
            if (header.IsEncrypted && key is null) throw NeedsKey(fileName, path);
            using var zstd = new ZstdDecoder();
            return new BlobSource(EncryptedBlob.Decode(raw, key, zstd));
        }
        catch (PbsFormatException e) when (e.File is null)
        {
            throw e.In(path);
        }
    }

    /// <summary>The refusal of what is encrypted where there is no key.</summary>
    public static PbsFormatException NeedsKey(string fileName, string path) =>
        new(PbsErrorId.KeyRequired, $"cannot decode '{fileName}' - is encrypted", file: path)
        {
            RecommendedAction = "Give the key with -KeyFile.",
        };

    /// <summary>Opens a file of a snapshot.</summary>
    /// <exception cref="PbsNotFoundException">There is no such file.</exception>
    /// <exception cref="PbsException">It cannot be opened, or is no regular file.</exception>
    private static IRawFile Open(ISnapshotContent content, string fileName)
    {
        string path = content.PathOf(fileName);
        try
        {
            return content.OpenFile(fileName);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            string? stored = StoredNameOf(content, fileName);
            throw new PbsNotFoundException(
                PbsErrorId.SnapshotFileNotFound,
                $"unable to open {PathText.Quote(path)} - {e.Message}",
                path,
                e)
            {
                RecommendedAction = stored is null
                    ? null
                    : $"The file is called '{stored}'; Get-PbsSnapshotFile lists all.",
            };
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to open {PathText.Quote(path)}", path);
        }
    }

    /// <summary>
    /// The name under which a file is stored, where its ending was left out; null where there is none.
    /// </summary>
    private static string? StoredNameOf(ISnapshotContent content, string fileName)
    {
        try
        {
            IReadOnlyList<string> names = content.FileNames();
            return ArchiveName.FileEndings.Select(ending => fileName + ending).FirstOrDefault(names.Contains);
        }
        catch (OsErrorException)
        {
            return null;
        }
    }

    internal static int Read(IRawFile file, Span<byte> buffer, long offset, string path)
    {
        try
        {
            return file.Read(buffer, offset);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to read {PathText.Quote(path)}", path);
        }
    }

    internal static byte[] ReadAll(ISnapshotContent content, string fileName)
    {
        using IRawFile file = Open(content, fileName);
        if (file.Length > DataBlob.MaxEncodedBlobSize)
        {
            throw new PbsFormatException(PbsErrorId.BlobTooLarge, $"data blob too large ({file.Length} bytes).");
        }

        byte[] raw = GC.AllocateUninitializedArray<byte>((int)file.Length);
        int length = Read(file, raw, 0, content.PathOf(fileName));
        return length == raw.Length ? raw : raw[..length];
    }

    private ArchiveSource OpenArchive(string fileName, string path)
    {
        Manifest manifest = ReadManifest();
        CryptMode mode = manifest.Find(fileName)?.CryptMode ?? CryptMode.None;
        if (mode == CryptMode.Encrypt && key is null) throw NeedsKey(fileName, path);
        using IndexPass pass = IndexFile.Pass(content, fileName, checksum: true);
        while (pass.Read(out _))
        {
        }

        manifest.VerifyFile(fileName, pass.Checksum!.Value, (ulong)pass.LogicalSize);
        if (mode == CryptMode.Encrypt && manifest.KeyFingerprint is null) ProveKey(fileName);
        return new ArchiveSource(content, fileName, pass.LogicalSize, pass.Checksum!.Value, mode, key);
    }

    /// <summary>
    /// Older manifests do not tell which key they were made with, but a chunk does. The first one that says anything
    /// decides.
    /// </summary>
    /// <exception cref="PbsIntegrityException">The key does not open it.</exception>
    private void ProveKey(string fileName)
    {
        using var reader = new ChunkReader(content.OpenChunks(), key);
        using IndexPass pass = IndexFile.Pass(content, fileName, checksum: false);
        while (pass.Read(out ChunkEntries entries))
        {
            foreach (ChunkEntry entry in entries)
            {
                ChunkCheck check = reader.TryRead(entry.Digest, entry.Size, CryptMode.Encrypt, out _);
                if (check.IsGood) return;
                if (check.Fault == ChunkFault.Key) throw check.Error!;
            }
        }
    }

    private Manifest ReadManifest()
    {
        if (_manifest is not null) return _manifest;
        Manifest manifest = ManifestFileReader.Read(content, onLostManifest);
        if (key is not null)
        {
            ManifestSignature.CheckKey(manifest, key);
            ManifestSignature.Verify(manifest, key);
        }

        return _manifest = manifest;
    }

    private string PathOf(string fileName)
    {
        SnapshotFileName.Demand(fileName);
        return content.PathOf(fileName);
    }
}
