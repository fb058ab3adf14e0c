using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Features.Compare;

/// <summary>One of the two snapshots of a comparison.</summary>
/// <param name="Content">Its content.</param>
/// <param name="Manifest">Its manifest.</param>
internal sealed record ComparedSnapshot(ISnapshotContent Content, Manifest Manifest)
{
    public string PathOf(string file) => Content.PathOf(file);

    /// <summary>
    /// Opens an index and verifies it against the manifest, so that damage is not reported as a change.
    /// </summary>
    /// <exception cref="PbsException">The index does not match the manifest, or cannot be read.</exception>
    public ChunkIndex OpenIndex(string file)
    {
        string path = PathOf(file);
        ChunkIndex index = IndexFile.Open(Content, file);
        try
        {
            Manifest.VerifyFile(file, index.ComputeChecksum(), (ulong)index.LogicalSize);
            return index;
        }
        catch (PbsIntegrityException e)
        {
            throw new PbsIntegrityException(e.ErrorId, $"{PathText.Quote(path)}: {e.Message}", path, e);
        }
    }
}

/// <summary>
/// Compares two snapshots archive by archive: file archives by their catalogs (split ones by their metadata) if both
/// have one, others by their chunks, blobs as a whole. Files with equal checksums are skipped.
/// </summary>
internal sealed class SnapshotComparison : IDisposable
{
    private readonly ComparedSnapshot _reference;
    private readonly ComparedSnapshot _snapshot;
    private readonly Action<ListingProblem> _onProblem;
    private readonly CatalogLoader _referenceLoader;
    private readonly CatalogLoader _loader;
    private readonly CryptKey? _key;
    private (CatalogReader Before, CatalogReader Now)? _catalogs;
    private bool _hasNoCatalogs;

    public SnapshotComparison(
        ComparedSnapshot reference,
        ComparedSnapshot snapshot,
        CryptKey? key,
        Action<ListingProblem> onProblem)
    {
        (_reference, _snapshot, _key, _onProblem) = (reference, snapshot, key, onProblem);
        _referenceLoader = new CatalogLoader(key);
        _loader = new CatalogLoader(key);
    }

    /// <summary>
    /// Returns the differences. An archive that cannot be compared completely is reported, and the next one follows. So
    /// is a named archive that neither snapshot has.
    /// </summary>
    /// <param name="archives">The archives to compare; an empty list selects all.</param>
    /// <param name="cancellation">Cancels the comparison.</param>
    public IEnumerable<SnapshotDifference> Run(IReadOnlyList<NameFilter> archives, CancellationToken cancellation)
    {
        IEnumerable<string> names =
            _reference.Manifest.Files.Concat(_snapshot.Manifest.Files).Select(file => file.FileName)
                .Where(name => name != CatalogFile.FileName).Distinct().Order(StringComparer.Ordinal);
        HashSet<string> unmet = [.. archives.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];
        foreach (string name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!CatalogQuery.HasArchive(archives, name)) continue;
            unmet.Remove(name);
            unmet.Remove(ArchiveName.Of(name));
            ManifestFile? before = _reference.Manifest.Find(name), now = _snapshot.Manifest.Find(name);
            if (before is not null && now is not null && before.Checksum == now.Checksum && before.Size == now.Size)
            {
                continue;
            }

            using IEnumerator<SnapshotDifference> differences =
                Compare(name, before, now, cancellation).GetEnumerator();
            while (Next(differences, name)) yield return differences.Current;
        }

        foreach (string name in unmet.Order(StringComparer.Ordinal))
        {
            var missing = new PbsNotFoundException(
                PbsErrorId.SnapshotFileNotFound,
                $"neither snapshot has an archive '{name}'",
                name);
            _onProblem(new ListingProblem(missing.ErrorId, missing.Message, name, ListingProblemKind.Error, missing));
        }
    }

    public void Dispose()
    {
        _referenceLoader.Dispose();
        _loader.Dispose();
    }

    private bool Next(IEnumerator<SnapshotDifference> differences, string name)
    {
        try
        {
            return differences.MoveNext();
        }
        catch (PbsException e)
        {
            PbsException located =
                e is PbsFormatException { File: null } format ? format.In(_snapshot.PathOf(name)) : e;
            _onProblem(new ListingProblem(
                located.ErrorId,
                located.Message,
                _snapshot.PathOf(name),
                ListingProblemKind.Error,
                located));
            return false;
        }
    }

    private IEnumerable<SnapshotDifference> Compare(
        string name,
        ManifestFile? before,
        ManifestFile? now,
        CancellationToken cancellation)
    {
        string archive = ArchiveName.Of(name);
        foreach (SnapshotDifference difference in CompareFiles(archive, name, cancellation)
            ?? (before is null || now is null || !IndexFile.TryKindOf(name, out _)
                ? [SnapshotDifference.Whole(archive, before, now)]
                : IndexComparison.Run(archive, _reference.OpenIndex(name), _snapshot.OpenIndex(name))))
        {
            yield return difference;
        }
    }

    /// <summary>
    /// Compares the files of an archive that both snapshots have, whole or split; once, by its main file in the newer
    /// snapshot. Null if it has no files, or is not in both catalogs.
    /// </summary>
    private IEnumerable<SnapshotDifference>? CompareFiles(string archive, string name, CancellationToken cancellation)
    {
        string? oldName = FileOf(_reference.Manifest, archive), newName = FileOf(_snapshot.Manifest, archive);
        if (oldName is null || newName is null || Catalogs() is not { } catalogs) return null;
        if (Root(catalogs.Before, oldName) is not { } oldRoot || Root(catalogs.Now, newName) is not { } newRoot)
        {
            return null;
        }

        return name == newName
            ? new CatalogComparison(catalogs.Before, catalogs.Now, archive, cancellation).Run(oldRoot, newRoot)
            : [];
    }

    private static string? FileOf(Manifest manifest, string archive) =>
        ArchiveFile.FilesOf(manifest).FirstOrDefault(file => ArchiveName.Of(file) == archive);

    private CatalogFile? CatalogOf(ComparedSnapshot snapshot) =>
        CatalogFile.TryOpen(snapshot.Content, snapshot.Manifest, _key)
            ?? CatalogFile.TryOpenMetadata(snapshot.Content, snapshot.Manifest, _key);

    private static CatalogEntry? Root(CatalogReader catalog, string name) =>
        catalog.Find(catalog.Root, System.Text.Encoding.UTF8.GetBytes(name)) is { IsDirectory: true } entry
            ? entry
            : null;

    /// <summary>Loads both catalogs; null if not both can be read, in which case the chunks are compared.</summary>
    private (CatalogReader Before, CatalogReader Now)? Catalogs()
    {
        if (_catalogs is not null || _hasNoCatalogs) return _catalogs;
        _hasNoCatalogs = true;
        try
        {
            CatalogFile? before = CatalogOf(_reference), now = CatalogOf(_snapshot);
            if (before is not null && now is not null) _catalogs = (_referenceLoader.Load(before), _loader.Load(now));
        }
        catch (PbsException e)
        {
            _onProblem(new ListingProblem(
                e.ErrorId,
                $"{e.Message}: files are not compared, only the chunks of their archives",
                e.Target
                    ?? "",
                ListingProblemKind.Warning,
                e));
        }

        return _catalogs;
    }
}
