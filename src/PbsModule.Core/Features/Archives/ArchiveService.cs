using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Features.Archives;

/// <summary>Lists the entries of archives.</summary>
public sealed class ArchiveService
{
    private readonly ServiceScope _scope;

    internal ArchiveService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the entries of a snapshot's file archives with all their metadata, in archive order. Only the chunks
    /// that hold them are read. Source: PBS GET pxar-file-download.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="query">Selects the entries.</param>
    /// <param name="key">Decrypts encrypted archives; the caller keeps ownership.</param>
    /// <param name="onProblem">
    /// Receives damage in its place in the order, and missing archives and paths at the end.
    /// </param>
    /// <param name="cancellation">Cancels the listing.</param>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot or its manifest does not exist, or it has no file archives.
    /// </exception>
    /// <exception cref="PbsFormatException">The manifest is damaged.</exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public IEnumerable<ArchiveItemInfo> ListItems(
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        CryptKey? key,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        key = grant.KeyOr(key);
        Manifest manifest = ReadManifest(grant.Content, key);
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        if (files.Length == 0) throw NoArchives(snapshot);
        var unmet = new UnmetNames(query);
        var listed = new ListedSnapshot(grant.Content, manifest, key, onProblem);
        foreach (ArchiveNode node in ListArchives(listed, files, query, unmet, cancellation))
        {
            yield return new ArchiveItemInfo(grant.Identity, snapshot.Time, node);
        }

        foreach (string missing in unmet.All)
        {
            PbsNotFoundException error = NotInArchive(snapshot, missing);
            onProblem(new ListingProblem(error.ErrorId, error.Message, missing, ListingProblemKind.Error, error));
        }
    }

    /// <summary>Lists the entries of the selected archives; damage is reported in its place.</summary>
    internal static IEnumerable<ArchiveNode> ListArchives(
        ListedSnapshot listed,
        IEnumerable<string> files,
        CatalogQuery query,
        UnmetNames unmet,
        CancellationToken cancellation)
    {
        foreach (string file in files.Where(file => CatalogQuery.HasArchive(query.Archives, file)))
        {
            unmet.Meet(file);
            using ArchiveReader? reader = TryOpen(listed, file);
            if (reader is null)
            {
                unmet.GiveUpPaths();
                continue;
            }

            Action<ArchiveNode, PbsException> onDamage = (node, error) =>
                listed.OnProblem(Damage(listed.Snapshot, node, Located(error, reader.File)));
            var listing = new ArchiveListing(reader.Pxar, reader.File.Name, query, onDamage)
            {
                OnLeftOut = (node, count) =>
                    listed.OnProblem(ArchiveListing.LeftOut($"{listed.Snapshot}/{node.Archive}{node.Path}", count)),
            };
            foreach (ArchiveNode node in listing.Run(cancellation)) yield return node;
            unmet.Meet(listing.Met);
        }
    }

    /// <summary>Reads the manifest, and checks that it was made with the key if one is given.</summary>
    internal Manifest ReadManifest(ISnapshotContent content, CryptKey? key)
    {
        Manifest manifest = ManifestFileReader.Read(content, _scope.OnLostManifest);
        if (key is null) return manifest;
        ManifestSignature.CheckKey(manifest, key);
        ManifestSignature.Verify(manifest, key);
        return manifest;
    }

    private static ArchiveReader? TryOpen(ListedSnapshot listed, string file)
    {
        try
        {
            return ExpansionService.OpenReader(
                ArchiveFile.Open(listed.Content, listed.Manifest, file, listed.Key, withContent: false),
                listed.Key);
        }
        catch (PbsException e)
        {
            string target = $"{listed.Snapshot}/{ArchiveName.Of(file)}";
            listed.OnProblem(new ListingProblem(e.ErrorId, e.Message, target, ListingProblemKind.Error, e));
            return null;
        }
    }

    private static PbsException Located(PbsException error, ArchiveFile file) =>
        error is PbsFormatException { File: null } format ? format.In(file.Archive.Path) : error;

    private static ListingProblem Damage(SnapshotPath snapshot, ArchiveNode node, PbsException error) =>
        new(error.ErrorId, error.Message, $"{snapshot}/{node.Archive}{node.Path}", ListingProblemKind.Error, error);

    internal static PbsNotFoundException NotInArchive(SnapshotPath snapshot, string path) =>
        new(PbsErrorId.ArchivePathNotFound, $"\"{path}\" not found in the archives of snapshot '{snapshot}'", path);

    internal static PbsNotFoundException NoArchives(SnapshotPath snapshot) =>
        new(PbsErrorId.ArchiveMissing, $"there are no archives of files in snapshot '{snapshot}'", snapshot.ToString());

    /// <summary>A snapshot whose archives are listed.</summary>
    /// <param name="Content">Its content.</param>
    /// <param name="Manifest">Its manifest.</param>
    /// <param name="Key">Decrypts encrypted archives; null for none.</param>
    /// <param name="OnProblem">Receives entries that cannot be listed.</param>
    internal sealed record ListedSnapshot(
        ISnapshotContent Content, Manifest Manifest, CryptKey? Key, Action<ListingProblem> OnProblem)
    {
        public SnapshotPath Snapshot => Content.Snapshot;
    }
}
