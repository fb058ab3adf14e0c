using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>Lists catalogs and searches them for files.</summary>
public sealed class CatalogService
{
    private readonly ServiceScope _scope;

    internal CatalogService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the entries of a snapshot's catalog, in its order, then those from the metadata of split archives, which
    /// no catalog covers. Only the requested parts are read. Source: PBS GET catalog.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="query">Selects the entries.</param>
    /// <param name="key">Decrypts an encrypted catalog; the caller keeps ownership.</param>
    /// <param name="onProblem">
    /// Receives damage, then archives that the catalog does not cover, then missing archives and paths.
    /// </param>
    /// <param name="cancellation">Cancels the listing.</param>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot, its manifest or its catalog (<see cref="PbsErrorId.CatalogMissing"/>) does not exist.
    /// </exception>
    /// <exception cref="PbsFormatException">
    /// The file is not a catalog, or it is encrypted and no key is given.
    /// </exception>
    /// <exception cref="PbsIntegrityException">
    /// The catalog does not match the manifest, or one of its chunks is corrupt.
    /// </exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public IEnumerable<CatalogItemInfo> ListItems(
        DatastoreContext store,
        SnapshotPath snapshot,
        CatalogQuery query,
        CryptKey? key,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadCatalog, store, snapshot);
        key = grant.KeyOr(key);
        Manifest manifest = ManifestFileReader.Read(grant.Content, _scope.OnLostManifest);
        CatalogFile? catalog = CatalogFile.TryOpen(grant.Content, manifest, key);
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        if (catalog is null && !files.Any(ArchiveName.IsSplitMetadata))
        {
            throw NoCatalog(snapshot, WhyNoCatalog(manifest, out _));
        }

        var listed = new ArchiveService.ListedSnapshot(grant.Content, manifest, key, onProblem);
        var unmet = new UnmetNames(query);
        HashSet<string> covered = [];
        if (catalog is not null)
        {
            using var loader = new CatalogLoader(key);
            foreach (CatalogNode node in ListCatalog(listed, loader, catalog, query, unmet, covered, cancellation))
            {
                yield return new CatalogItemInfo(grant.Identity, snapshot.Time, node);
            }
        }

        // The metadata half of a split archive has all that a catalog has.
        string[] left = [.. files.Where(file => !covered.Contains(file))];
        IEnumerable<string> split = left.Where(ArchiveName.IsSplitMetadata);
        foreach (ArchiveNode node in ArchiveService.ListArchives(listed, split, query, unmet, cancellation))
        {
            yield return new CatalogItemInfo(grant.Identity, snapshot.Time, node.ToCatalogNode());
        }

        ReportUncovered(listed, left.Where(file => !ArchiveName.IsSplitMetadata(file)), query, unmet);
        foreach (string missing in unmet.All)
        {
            var error = new PbsNotFoundException(
                PbsErrorId.CatalogPathNotFound,
                $"path \"{missing}\" not found in catalog",
                missing);
            onProblem(new ListingProblem(error.ErrorId, error.Message, missing, ListingProblemKind.Error, error));
        }
    }

    /// <summary>Adds a snapshot to a file search, which continues in the background.</summary>
    /// <param name="search">The search.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <returns>Null, or the reason why a sound snapshot is not searched.</returns>
    /// <exception cref="PbsException">As for <see cref="ListItems"/>.</exception>
    public UnsearchedSnapshotInfo? Search(FileSearch search, DatastoreContext store, SnapshotPath snapshot)
    {
        ArgumentNullException.ThrowIfNull(search);
        GroupIdentity? unfinished = null;
        try
        {
            using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadCatalog, store, snapshot);
            return AddTo(search, grant, snapshot);
        }
        catch (PbsLockedException) when (IsUnfinished(store, snapshot, out unfinished))
        {
            return Unfinished(unfinished!, snapshot);
        }
    }

    private static UnsearchedSnapshotInfo? AddTo(FileSearch search, SnapshotGrant grant, SnapshotPath snapshot)
    {
        Manifest manifest;
        try
        {
            manifest = ManifestFileReader.Read(grant.Content);
        }
        catch (PbsNotFoundException e) when (e.ErrorId == PbsErrorId.ManifestMissing)
        {
            return Unfinished(grant.Identity, snapshot);
        }

        SearchSource source = SearchSource.Open(grant.Content, manifest, grant.KeyOr(search.Key));
        if (!source.IsEmpty)
        {
            search.Add(grant.Identity, source, grant.TakeContent());
            return null;
        }

        return new UnsearchedSnapshotInfo(
            grant.Identity,
            snapshot.Time,
            WhyNoCatalog(manifest, out bool mayHoldFiles),
            mayHoldFiles);
    }

    private static UnsearchedSnapshotInfo Unfinished(GroupIdentity group, SnapshotPath snapshot) =>
        new(group, snapshot.Time, "it is not finished", mayHoldFiles: true);

    /// <summary>Whether a locked snapshot is a running backup, which holds it exclusively.</summary>
    private bool IsUnfinished(DatastoreContext store, SnapshotPath snapshot, out GroupIdentity identity)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.ReadCatalog, store, snapshot.Namespace, snapshot.Group);
        identity = grant.Identity;
        using var reader = new SnapshotReader();
        TimeFolder time = SnapshotLookup.Find(grant.Group, snapshot);
        return reader.TryRead(grant.Group, time, manifest: false, out SnapshotRecord record) && !record.Finished;
    }

    private static IEnumerable<CatalogNode> ListCatalog(
        ArchiveService.ListedSnapshot listed,
        CatalogLoader loader,
        CatalogFile catalog,
        CatalogQuery query,
        UnmetNames unmet,
        HashSet<string> covered,
        CancellationToken cancellation)
    {
        Action<PbsException> onDamage = error =>
        {
            PbsException located = error is PbsFormatException { File: null } format ? format.In(catalog.Path) : error;
            listed.OnProblem(
                new ListingProblem(
                    located.ErrorId, located.Message, listed.Snapshot.ToString(), ListingProblemKind.Error, located));
        };
        CatalogListing? listing = null;
        Func<IEnumerable<CatalogNode>> open = () =>
        {
            ArchiveNaming naming = ArchiveFile.NamesOf(listed.Manifest);
            listing = new CatalogListing(loader.Open(catalog), naming, query, unmet, onDamage);
            return listing.Run(cancellation);
        };
        foreach (CatalogNode node in Located(open, catalog.Path)) yield return node;
        covered.UnionWith(listing!.Covered);
        if (listing.Nameless == 0) yield break;
        string entries = listing.Nameless == 1
            ? "1 entry without a name is"
            : $"{listing.Nameless} entries without names are";
        string message = $"{entries} in the catalog and left out: "
            + "the client could not read what was there, and it is not in the backup";
        listed.OnProblem(
            new ListingProblem(
                PbsErrorId.CatalogInvalid, message, listed.Snapshot.ToString(), ListingProblemKind.Warning));
    }

    private static void ReportUncovered(
        ArchiveService.ListedSnapshot listed, IEnumerable<string> files, CatalogQuery query, UnmetNames unmet)
    {
        foreach (string file in files.Where(file => CatalogQuery.HasArchive(query.Archives, file)))
        {
            unmet.Meet(file);
            unmet.GiveUpPaths();
            string archive = ArchiveName.Of(file);
            string message = $"the catalog of snapshot '{listed.Snapshot}' does not cover the archive '{archive}'";
            var error = new PbsNotFoundException(PbsErrorId.CatalogMissing, message, $"{listed.Snapshot}/{archive}");
            listed.OnProblem(
                new ListingProblem(error.ErrorId, message, error.Target!, ListingProblemKind.Error, error));
        }
    }

    /// <summary>Enumerates the content of a file, and names the file in errors about damage.</summary>
    private static IEnumerable<T> Located<T>(Func<IEnumerable<T>> open, string file)
    {
        IEnumerator<T>? items = null;
        try
        {
            while (Next(open, ref items, file)) yield return items!.Current;
        }
        finally
        {
            items?.Dispose();
        }
    }

    private static bool Next<T>(Func<IEnumerable<T>> open, ref IEnumerator<T>? items, string file)
    {
        try
        {
            items ??= open().GetEnumerator();
            return items.MoveNext();
        }
        catch (PbsFormatException e) when (e.File is null)
        {
            throw e.In(file);
        }
    }

    private static string WhyNoCatalog(Manifest manifest, out bool mayHoldFiles)
    {
        mayHoldFiles = true;
        if (manifest.Files.Any(file => ArchiveName.IsFileArchive(file.FileName))) return "its archives have no catalog";
        if (manifest.Files.FirstOrDefault(file => ArchiveName.IsSplitContent(file.FileName)) is { } content)
        {
            return $"only the content of {ArchiveName.Of(content.FileName)} is there, not its metadata";
        }

        mayHoldFiles = false;
        return "it has no archives of files";
    }

    private static PbsNotFoundException NoCatalog(SnapshotPath snapshot, string reason) =>
        new(PbsErrorId.CatalogMissing, $"there is no catalog in snapshot '{snapshot}': {reason}", snapshot.ToString());
}
