using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// The catalog of a snapshot: its index, found to be the one of the manifest; or the metadata of its split archives,
/// which have none. The chunks are read by a <see cref="CatalogLoader"/>. Nothing is held open. Source: PBS GET
/// catalog.
/// </summary>
internal sealed class CatalogFile
{
    public const string FileName = "catalog.pcat1.didx";

    private CatalogFile(
        DynamicIndex? index,
        IReadOnlyList<ArchiveFile> metadata,
        Digest checksum,
        CryptMode cryptMode,
        ISnapshotContent content,
        string path)
    {
        Index = index;
        Metadata = metadata;
        Checksum = checksum;
        CryptMode = cryptMode;
        Content = content;
        Path = path;
    }

    /// <summary>Null where <see cref="Metadata"/> stands in for it.</summary>
    public DynamicIndex? Index { get; }

    /// <summary>Of archives without a catalog; empty where there is one.</summary>
    public IReadOnlyList<ArchiveFile> Metadata { get; }

    /// <summary>
    /// Of the index, or of all of the metadata: catalogs of one store that have it in common are the same.
    /// </summary>
    public Digest Checksum { get; }

    public CryptMode CryptMode { get; }

    /// <summary>The snapshot it is in.</summary>
    public ISnapshotContent Content { get; }

    /// <summary>What messages call the index.</summary>
    public string Path { get; }

    /// <param name="content">The snapshot; it is read for as long as the catalog is.</param>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <param name="key">For an encrypted catalog.</param>
    /// <returns>Null where the manifest names no catalog.</returns>
    /// <exception cref="PbsIntegrityException">The index is not the one of the manifest, or the key not the right
    /// one.</exception>
    /// <exception cref="PbsFormatException">It is damaged; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static CatalogFile? TryOpen(ISnapshotContent content, Manifest manifest, CryptKey? key)
    {
        if (manifest.Find(FileName) is not { } file) return null;
        string path = content.PathOf(FileName);
        if (file.CryptMode == CryptMode.Encrypt)
        {
            if (key is null) throw StoredFile.NeedsKey(FileName, path);
            ManifestSignature.CheckKey(manifest, key);
        }

        var index = (DynamicIndex)IndexFile.Open(content, FileName);
        Digest checksum = index.ComputeChecksum();
        manifest.VerifyFile(FileName, checksum, (ulong)index.LogicalSize);
        return new CatalogFile(index, [], checksum, file.CryptMode, content, path);
    }

    /// <summary>
    /// What stands in for a catalog where all has to be gone through: the metadata of split archives. One in one piece
    /// has it all over its content.
    /// </summary>
    /// <inheritdoc cref="TryOpen"/>
    /// <returns>Null where there are no archives, or others.</returns>
    public static CatalogFile? TryOpenMetadata(ISnapshotContent content, Manifest manifest, CryptKey? key)
    {
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        return files.All(ArchiveName.IsSplitMetadata) ? OpenMetadata(content, manifest, files, key) : null;
    }

    /// <summary>As <see cref="TryOpenMetadata"/>, whatever other archives there are beside the split ones.</summary>
    /// <inheritdoc cref="TryOpen"/>
    /// <returns>Null where there are no split archives.</returns>
    public static CatalogFile? TryOpenSplit(ISnapshotContent content, Manifest manifest, CryptKey? key) =>
        OpenMetadata(content, manifest, [.. ArchiveFile.FilesOf(manifest).Where(ArchiveName.IsSplitMetadata)], key);

    /// <summary>This without the archives that were met elsewhere; null where none is left.</summary>
    public CatalogFile? Without(HashSet<string> files)
    {
        ArchiveFile[] left =
            [.. Metadata.Where(archive => !files.Contains(archive.Archive.FileName))];
        return left.Length == 0 ? null : new CatalogFile(Index, left, Checksum, CryptMode, Content, Path);
    }

    private static CatalogFile? OpenMetadata(
        ISnapshotContent content, Manifest manifest, string[] files, CryptKey? key)
    {
        if (files.Length == 0) return null;
        if (files.Any(file => manifest.Find(file)!.CryptMode == CryptMode.Encrypt) && key is not null)
        {
            ManifestSignature.CheckKey(manifest, key);
        }

        ArchiveFile[] archives =
            [.. files.Select(file => ArchiveFile.Open(content, manifest, file, key, withContent: false))];
        Digest checksum = Digest.Of([.. files.SelectMany(file =>
            (byte[])[.. System.Text.Encoding.UTF8.GetBytes(file), 0, .. manifest.Find(file)!.Checksum.Bytes])]);
        return new CatalogFile(
            null,
            archives,
            checksum,
            archives[0].Archive.CryptMode,
            content,
            archives[0].Archive.Path);
    }
}
