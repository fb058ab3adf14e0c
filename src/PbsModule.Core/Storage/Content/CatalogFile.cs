using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage;

/// <summary>
/// The catalog of a snapshot: its index, found to be the one of the manifest. The chunks are read by a <see cref="CatalogLoader"/>. Nothing
/// is held open. Source: PBS GET catalog.
/// </summary>
internal sealed class CatalogFile
{
    public const string FileName = "catalog.pcat1.didx";

    private CatalogFile(DynamicIndex index, Digest checksum, CryptMode cryptMode, string chunkFolder, string path)
    {
        Index = index;
        Checksum = checksum;
        CryptMode = cryptMode;
        ChunkFolder = chunkFolder;
        Path = path;
    }

    public DynamicIndex Index { get; }

    /// <summary>Of the index: catalogs of one store that have it in common are the same.</summary>
    public Digest Checksum { get; }

    public CryptMode CryptMode { get; }

    public string ChunkFolder { get; }

    /// <summary>Full path of the index.</summary>
    public string Path { get; }

    /// <param name="group">The group, open.</param>
    /// <param name="time">The snapshot's folder.</param>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <param name="key">For an encrypted catalog.</param>
    /// <returns>Null where the manifest names no catalog.</returns>
    /// <exception cref="PbsIntegrityException">The index is not the one of the manifest, or the key not the right one.</exception>
    /// <exception cref="PbsFormatException">It is damaged; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static CatalogFile? TryOpen(GroupFolder group, TimeFolder time, Manifest manifest, CryptKey? key)
    {
        if (manifest.Find(FileName) is not { } file) return null;
        string path = System.IO.Path.Combine(new SnapshotPlace(group, time).Path, FileName);
        if (file.CryptMode == CryptMode.Encrypt && key is null) throw StoredFile.NeedsKey(FileName, path);
        var index = (DynamicIndex)IndexFile.Open(path);
        Digest checksum = index.ComputeChecksum();
        manifest.VerifyFile(FileName, checksum, (ulong)index.LogicalSize);
        return new CatalogFile(index, checksum, file.CryptMode, group.Store.PathOf(Datastore.ChunkFolder), path);
    }
}
