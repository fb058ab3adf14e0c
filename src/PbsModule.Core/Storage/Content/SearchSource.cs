using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// All in a snapshot that says which files it holds: the catalog, and the metadata of split archives, which no catalog
/// covers. Archives in
/// one piece have it all over their content. Nothing is held open.
/// </summary>
internal sealed class SearchSource
{
    private SearchSource(
        CatalogFile? catalog,
        CatalogFile? metadata,
        IReadOnlyList<string> archives,
        ArchiveNaming naming,
        PbsException? problem)
    {
        Catalog = catalog;
        Metadata = metadata;
        Archives = archives;
        Naming = naming;
        Problem = problem;
        Checksum = Digest.Of(
            Encoding.UTF8.GetBytes($"{catalog?.Checksum}|{metadata?.Checksum}|{string.Join('/', archives)}"));
    }

    /// <summary>Null where the manifest names none, or it cannot be opened.</summary>
    public CatalogFile? Catalog { get; }

    /// <summary>Null where there are no split archives, or they cannot be opened.</summary>
    public CatalogFile? Metadata { get; }

    /// <summary>The files of the archives in one piece, which only a catalog makes searchable.</summary>
    public IReadOnlyList<string> Archives { get; }

    /// <summary>What the archives are called.</summary>
    public ArchiveNaming Naming { get; }

    /// <summary>Opens the encrypted ones; null if no key is there.</summary>
    public CryptKey? Key { get; private init; }

    /// <summary>Why one of the two is missing while the other is there.</summary>
    public PbsException? Problem { get; }

    /// <summary>Sources of one store that have it in common hold the same.</summary>
    public Digest Checksum { get; }

    /// <summary>Whether there is nothing to go through.</summary>
    public bool IsEmpty => Catalog is null && Metadata is null;

    /// <param name="content">The snapshot; it is read for as long as the source is.</param>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <param name="key">For encrypted ones.</param>
    /// <exception cref="PbsException">Nothing of it can be opened.</exception>
    public static SearchSource Open(ISnapshotContent content, Manifest manifest, CryptKey? key)
    {
        PbsException? problem = null;
        CatalogFile? catalog = Try(() => CatalogFile.TryOpen(content, manifest, key), ref problem);
        CatalogFile? metadata = Try(() => CatalogFile.TryOpenSplit(content, manifest, key), ref problem);
        if (problem is not null && catalog is null && metadata is null) throw problem;
        string[] archives = [.. ArchiveFile.FilesOf(manifest).Where(file => !ArchiveName.IsSplitMetadata(file))];
        return new SearchSource(catalog, metadata, archives, ArchiveFile.NamesOf(manifest), problem) { Key = key };
    }

    private static CatalogFile? Try(Func<CatalogFile?> open, ref PbsException? problem)
    {
        try
        {
            return open();
        }
        catch (PbsException e)
        {
            problem ??= e;
            return null;
        }
    }
}
