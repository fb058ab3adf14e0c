using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// An archive of files in a snapshot: its index, or the two of a split one, found to be those of the manifest. The
/// chunks are read by an <see cref="ArchiveReader"/>. Nothing is held open.
/// </summary>
internal sealed class ArchiveFile
{
    private const string MetadataEnding = ".mpxar.didx";
    private const string PayloadEnding = ".ppxar.didx";

    private ArchiveFile(string name, ArchivePart archive, ArchivePart? payload, ISnapshotContent content)
    {
        Name = name;
        Archive = archive;
        Payload = payload;
        Content = content;
    }

    /// <summary>As people say it: <c>root.pxar</c>.</summary>
    public string Name { get; }

    /// <summary>The archive; of a split one what holds the metadata.</summary>
    public ArchivePart Archive { get; }

    /// <summary>
    /// What holds the content of a split one; null where it was not wanted, or the manifest names none.
    /// </summary>
    public ArchivePart? Payload { get; }

    /// <summary>The snapshot it is in.</summary>
    public ISnapshotContent Content { get; }

    /// <summary>
    /// The archives a manifest names, in its order: the files that hold them, or the metadata of those that are split.
    /// </summary>
    public static IEnumerable<string> FilesOf(Manifest manifest) =>
        manifest.Files.Select(file => file.FileName).Where(ArchiveName.IsFileArchive).Distinct();

    /// <summary>What the archives of a manifest are called.</summary>
    public static ArchiveNaming NamesOf(Manifest manifest) => new(manifest.Files.Select(file => file.FileName));

    /// <param name="content">The snapshot; it is read for as long as the archive is.</param>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <param name="fileName">One of <see cref="FilesOf"/>.</param>
    /// <param name="key">For an encrypted one.</param>
    /// <param name="withContent">Whether content will be wanted, too.</param>
    /// <exception cref="PbsIntegrityException">An index is not the one of the manifest.</exception>
    /// <exception cref="PbsFormatException">It is damaged; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static ArchiveFile Open(
        ISnapshotContent content,
        Manifest manifest,
        string fileName,
        CryptKey? key,
        bool withContent)
    {
        ArchivePart archive = ArchivePart.Open(content, manifest, fileName, key);
        string payload = fileName.EndsWith(MetadataEnding, StringComparison.Ordinal)
            ? fileName[..^MetadataEnding.Length] + PayloadEnding
            : "";
        ArchivePart? other =
            withContent && manifest.Find(payload) is not null
                ? ArchivePart.Open(content, manifest, payload, key)
                : null;
        return new ArchiveFile(NamesOf(manifest).Of(fileName), archive, other, content);
    }
}

/// <summary>One index of an archive.</summary>
/// <param name="Index">The index.</param>
/// <param name="CryptMode">How it is protected.</param>
/// <param name="FileName">Its name in the snapshot.</param>
/// <param name="Path">What messages call it.</param>
internal sealed record ArchivePart(DynamicIndex Index, CryptMode CryptMode, string FileName, string Path)
{
    public static ArchivePart Open(ISnapshotContent content, Manifest manifest, string fileName, CryptKey? key)
    {
        string path = content.PathOf(fileName);
        CryptMode mode = manifest.Find(fileName)!.CryptMode;
        if (mode == CryptMode.Encrypt && key is null) throw StoredFile.NeedsKey(fileName, path);
        var index = (DynamicIndex)IndexFile.Open(content, fileName);
        manifest.VerifyFile(fileName, index.ComputeChecksum(), (ulong)index.LogicalSize);
        return new ArchivePart(index, mode, fileName, path);
    }
}
