using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Entries of a snapshot's archives of files with all their metadata, in the order of the archives. Only the chunks that hold what is asked
    /// for are read. Source: PBS GET pxar-file-download.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="query">Which entries.</param>
    /// <param name="key">For encrypted archives; the caller keeps it.</param>
    /// <param name="onProblem">Told of what is damaged where it comes, and at the end of archives and paths that are not there.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsNotFoundException">The snapshot or its manifest is not there, or it has no archives of files.</exception>
    /// <exception cref="PbsFormatException">The manifest is damaged.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public IEnumerable<ArchiveItemInfo> GetArchiveItems(
        DatastoreContext store, SnapshotPath snapshot, CatalogQuery query, CryptKey? key, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        using SnapshotPassage passage = EnterSnapshot(Entries.ReadArchive, store, snapshot);
        foreach (ArchiveNode node in ListArchives(passage, snapshot, query, key, onProblem, cancellation)) yield return new ArchiveItemInfo(passage.Identity, snapshot.Time, node);
    }

    /// <summary>Entries of the archives a query means; damage and what is missing are told as problems.</summary>
    private IEnumerable<ArchiveNode> ListArchives(
        SnapshotPassage passage,
        SnapshotPath snapshot,
        CatalogQuery query,
        CryptKey? key,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        TimeFolder time = passage.Time;
        Manifest manifest = ReadManifest(passage.Group, time, key);
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        if (files.Length == 0) throw NoArchives(snapshot);
        HashSet<string> unmetArchives = [.. query.Archives.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];
        HashSet<CatalogPath> unmetPaths = [.. query.Paths.Where(path => path.IsLiteral)];
        foreach (string file in files.Where(file => CatalogQuery.HasArchive(query.Archives, file)))
        {
            string name = ArchiveName.Of(file);
            unmetArchives.RemoveWhere(text => text == name || text == file);
            using ArchiveReader? reader = TryOpen(passage.Group, time, manifest, file, key, snapshot, onProblem);
            if (reader is null)
            {
                // Nobody knows what is in it.
                unmetPaths.Clear();
                continue;
            }

            var listing = new ArchiveListing(reader.Pxar, name, query, (node, error) => onProblem(Damage(snapshot, node, Located(error, reader.File))));
            foreach (ArchiveNode node in listing.Run(cancellation)) yield return node;
            unmetPaths.ExceptWith(listing.Met);
        }

        foreach (string missing in unmetArchives.Order(StringComparer.Ordinal).Concat(unmetPaths.Select(path => path.Text)))
        {
            PbsNotFoundException error = NotInArchive(snapshot, missing);
            onProblem(new ListingProblem(error.ErrorId, error.Message, missing, ListingProblemKind.Error, error));
        }
    }

    /// <summary>The manifest, found to be made with the key where there is one.</summary>
    private Manifest ReadManifest(GroupFolder group, TimeFolder time, CryptKey? key)
    {
        Manifest manifest = ManifestFileReader.Read(group, time, OnLostManifest);
        if (key is null) return manifest;
        ManifestSignature.CheckKey(manifest, key);
        ManifestSignature.Verify(manifest, key);
        return manifest;
    }

    private static ArchiveReader? TryOpen(
        GroupFolder group, TimeFolder time, Manifest manifest, string file, CryptKey? key, SnapshotPath snapshot, Action<ListingProblem> onProblem)
    {
        try
        {
            return OpenReader(ArchiveFile.Open(group, time, manifest, file, key, withContent: false), key);
        }
        catch (PbsException e)
        {
            string target = $"{snapshot}/{ArchiveName.Of(file)}";
            onProblem(new ListingProblem(e.ErrorId, e.Message, target, ListingProblemKind.Error, e));
            return null;
        }
    }

    private static PbsException Located(PbsException error, ArchiveFile file) => error is PbsFormatException { File: null } format ? format.In(file.Archive.Path) : error;

    private static ListingProblem Damage(SnapshotPath snapshot, ArchiveNode node, PbsException error) =>
        new(error.ErrorId, error.Message, $"{snapshot}/{node.Archive}{node.Path}", ListingProblemKind.Error, error);

    private static PbsNotFoundException NotInArchive(SnapshotPath snapshot, string path) =>
        new(PbsErrorId.ArchivePathNotFound, $"\"{path}\" not found in the archives of snapshot '{snapshot}'", path);

    private static PbsNotFoundException NoArchives(SnapshotPath snapshot) =>
        new(PbsErrorId.ArchiveMissing, $"there are no archives of files in snapshot '{snapshot}'", snapshot.ToString());
}
