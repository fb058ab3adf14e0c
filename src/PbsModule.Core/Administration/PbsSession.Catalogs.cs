using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Entries of a snapshot's catalog, in its order, then of the metadata of split archives, which no catalog covers.
    /// Only what is asked for is read. Source: PBS GET catalog.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="query">Which entries.</param>
    /// <param name="key">For an encrypted catalog; the caller keeps it.</param>
    /// <param name="onProblem">Gets what is damaged, then archives the catalog does not cover, then archives and paths
    /// that are not there.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsNotFoundException">The snapshot, its manifest or its catalog
    /// (<see cref="PbsErrorId.CatalogMissing"/>) is not there.</exception>
    /// <exception cref="PbsFormatException">No catalog; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsIntegrityException">The catalog is not the one of the manifest, or a chunk of it not what it
    /// should be.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public IEnumerable<CatalogItemInfo> GetCatalogItems(
        DatastoreContext store, SnapshotPath snapshot, CatalogQuery query, CryptKey? key, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        using SnapshotPassage passage = EnterSnapshot(Entries.ReadCatalog, store, snapshot);
        TimeFolder time = passage.Time;
        Manifest manifest = ManifestFileReader.Read(passage.Group, time, OnLostManifest);
        CatalogFile? catalog = CatalogFile.TryOpen(passage.Group, time, manifest, key);
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        if (catalog is null && !files.Any(ArchiveName.IsSplitMetadata))
        {
            throw NoCatalog(snapshot, WhyNoCatalog(manifest, out _));
        }

        var listed = new ListedSnapshot(passage.Group, time, manifest, snapshot, key, onProblem);
        var unmet = new UnmetNames(query);
        HashSet<string> covered = [];
        if (catalog is not null)
        {
            using var loader = new CatalogLoader(key);
            foreach (CatalogNode node in ListCatalog(listed, loader, catalog, query, unmet, covered, cancellation))
            {
                yield return new CatalogItemInfo(passage.Identity, snapshot.Time, node);
            }
        }

        // The half of a split archive that holds the metadata knows as much as a catalog.
        string[] left = [.. files.Where(file => !covered.Contains(file))];
        IEnumerable<string> split = left.Where(ArchiveName.IsSplitMetadata);
        foreach (ArchiveNode node in ListArchives(listed, split, query, unmet, cancellation))
        {
            yield return new CatalogItemInfo(passage.Identity, snapshot.Time, node.ToCatalogNode());
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

    /// <summary>Adds a snapshot to a search for files, which goes on in the background.</summary>
    /// <param name="search">The search.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <returns>Null; or why the snapshot is not searched, though there is nothing wrong with it.</returns>
    /// <exception cref="PbsException">As for <see cref="GetCatalogItems"/>.</exception>
    public UnsearchedSnapshotInfo? SearchFiles(FileSearch search, DatastoreContext store, SnapshotPath snapshot)
    {
        ArgumentNullException.ThrowIfNull(search);
        GroupIdentity? unfinished = null;
        try
        {
            using SnapshotPassage passage = EnterSnapshot(Entries.ReadCatalog, store, snapshot);
            return AddTo(search, passage, snapshot);
        }
        catch (PbsLockedException) when (IsUnfinished(store, snapshot, out unfinished))
        {
            return Unfinished(unfinished!, snapshot);
        }
    }

    private static UnsearchedSnapshotInfo? AddTo(FileSearch search, SnapshotPassage passage, SnapshotPath snapshot)
    {
        (GroupFolder group, TimeFolder time) = (passage.Group, passage.Time);
        Manifest manifest;
        try
        {
            manifest = ManifestFileReader.Read(group, time);
        }
        catch (PbsNotFoundException e) when (e.ErrorId == PbsErrorId.ManifestMissing)
        {
            return Unfinished(passage.Identity, snapshot);
        }

        SearchSource source = SearchSource.Open(group, time, manifest, search.Key);
        if (!source.IsEmpty)
        {
            search.Add(passage.Identity, snapshot.Time, source, passage.TakeLock());
            return null;
        }

        return new UnsearchedSnapshotInfo(
            passage.Identity,
            snapshot.Time,
            WhyNoCatalog(manifest, out bool mayHoldFiles),
            mayHoldFiles);
    }

    private static UnsearchedSnapshotInfo Unfinished(GroupIdentity group, SnapshotPath snapshot) =>
        new(group, snapshot.Time, "it is not finished", mayHoldFiles: true);

    /// <summary>Tells a running backup, which holds its snapshot exclusively, from other holders.</summary>
    private bool IsUnfinished(DatastoreContext store, SnapshotPath snapshot, out GroupIdentity identity)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.ReadCatalog, store, snapshot.Namespace, snapshot.Group);
        identity = passage.Identity;
        using var reader = new SnapshotReader();
        TimeFolder time = FolderOf(passage.Group, snapshot);
        return reader.TryRead(passage.Group, time, manifest: false, out SnapshotRecord record) && !record.Finished;
    }

    private static IEnumerable<CatalogNode> ListCatalog(
        ListedSnapshot listed, CatalogLoader loader, CatalogFile catalog, CatalogQuery query, UnmetNames unmet, HashSet<string> covered, CancellationToken cancellation)
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
        ListedSnapshot listed, IEnumerable<string> files, CatalogQuery query, UnmetNames unmet)
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

    /// <summary>A sequence over what is in a file: the file is named where it is found to be damaged.</summary>
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
