using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Entries of a snapshot's catalog, in its order; of the metadata archives where it has split archives and no catalog. Only what is asked for is read.
    /// Source: PBS GET catalog.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="query">Which entries.</param>
    /// <param name="key">For an encrypted catalog; the caller keeps it.</param>
    /// <param name="onProblem">Told of archives and paths that are not there, at the end.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsNotFoundException">The snapshot, its manifest or its catalog (<see cref="PbsErrorId.CatalogMissing"/>) is not there.</exception>
    /// <exception cref="PbsFormatException">Damaged; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsIntegrityException">The catalog is not the one of the manifest, or a chunk of it not what it should be.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public IEnumerable<CatalogItemInfo> GetCatalogItems(
        DatastoreContext store, SnapshotPath snapshot, CatalogQuery query, CryptKey? key, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        using SnapshotPassage passage = EnterSnapshot(Entries.ReadCatalog, store, snapshot);
        if (OpenCatalog(passage, key, out string? whyNot) is not { } catalog)
        {
            // Split archives come without one; the half that holds the metadata knows as much.
            if (whyNot is not null) throw NoCatalog(snapshot, whyNot);
            foreach (ArchiveNode node in ListArchives(passage, snapshot, query, key, onProblem, cancellation)) yield return new CatalogItemInfo(passage.Identity, snapshot.Time, node.ToCatalogNode());
            yield break;
        }

        using var loader = new CatalogLoader(key);
        CatalogListing? listing = null;
        IEnumerable<CatalogNode> nodes = Located(() => (listing = new CatalogListing(loader.Open(catalog), query)).Run(cancellation), catalog.Path);
        foreach (CatalogNode node in nodes) yield return new CatalogItemInfo(passage.Identity, snapshot.Time, node);
        foreach (string missing in listing!.Missing)
        {
            var error = new PbsNotFoundException(PbsErrorId.CatalogPathNotFound, $"path \"{missing}\" not found in catalog", missing);
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

        CatalogFile? catalog = CatalogFile.TryOpen(group, time, manifest, search.Key)
            ?? CatalogFile.TryOpenMetadata(group, time, manifest, search.Key);
        if (catalog is not null)
        {
            search.Add(passage.Identity, snapshot.Time, catalog, passage.TakeLock());
            return null;
        }

        return new UnsearchedSnapshotInfo(passage.Identity, snapshot.Time, WhyNoCatalog(manifest, out bool mayHoldFiles), mayHoldFiles);
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

    private CatalogFile? OpenCatalog(SnapshotPassage passage, CryptKey? key, out string? whyNot)
    {
        GroupFolder group = passage.Group;
        TimeFolder time = passage.Time;
        Manifest manifest = ManifestFileReader.Read(group, time, OnLostManifest);
        CatalogFile? catalog = CatalogFile.TryOpen(group, time, manifest, key);
        bool isSplit = manifest.Files.Any(file => ArchiveName.IsSplitMetadata(file.FileName));
        whyNot = catalog is null && !isSplit ? WhyNoCatalog(manifest, out _) : null;
        return catalog;
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
        mayHoldFiles = manifest.Files.Any(file => ArchiveName.IsFileArchive(file.FileName));
        return mayHoldFiles ? "its archives have no catalog" : "it has no archives of files";
    }

    private static PbsNotFoundException NoCatalog(SnapshotPath snapshot, string reason) =>
        new(PbsErrorId.CatalogMissing, $"there is no catalog in snapshot '{snapshot}': {reason}", snapshot.ToString());
}
