using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Features.Archives;

/// <summary>Finds, opens and saves single entries of archives.</summary>
public sealed class ArchiveItemService
{
    private readonly ServiceScope _scope;

    internal ArchiveItemService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Checks that an entry can be saved as <see cref="SaveItem"/> does, without writing anything.
    /// </summary>
    /// <exception cref="PbsException">
    /// As for <see cref="SaveItem"/>, except for the content, which is not read.
    /// </exception>
    public SavePlan CheckSave(DatastoreContext store, SnapshotPath snapshot, ArchiveSaveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        request = request with { Key = grant.KeyOr(request.Key) };
        using ArchiveReader reader =
            ExpansionService.OpenReader(
                new ExpansionService(_scope).OpenOne(grant, snapshot, request.Archive, request.Key),
                request.Key,
                forLookUp: true);
        ArchiveSave save = FindToSave(reader, store, snapshot, request);
        return new SavePlan($"{snapshot}/{save.Node.Archive}{save.Node.Path}", save.Place.Path, save.Content?.Size
            ?? 0, save.Place.Replaces);
    }

    /// <summary>
    /// Saves an entry of an archive: a file unchanged, a directory as zip or tar. Only the needed chunks are read. The
    /// file gets its name only when it is complete and flushed to disk. Source: PBS GET pxar-file-download.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">The entry and the target.</param>
    /// <param name="listener">Receives reports on the calling thread.</param>
    /// <param name="cancellation">Cancels the work within two seconds; no partial file is left.</param>
    /// <returns>The written file.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Read nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot, the archive, the entry, one of its chunks, or the target folder does not exist.
    /// </exception>
    /// <exception cref="PbsArgumentException">
    /// The entry is neither a file nor a directory: <c>cannot download file of type …</c>.
    /// </exception>
    /// <exception cref="PbsFormatException">The data is damaged, or encrypted and no key is given.</exception>
    /// <exception cref="PbsIntegrityException">
    /// The data does not match the manifest or the index, or the key is a different one.
    /// </exception>
    /// <exception cref="PbsConflictException">The target file exists and is not to be replaced.</exception>
    /// <exception cref="PbsException">
    /// Access to the store is refused, data cannot be read, or the target cannot be written.
    /// </exception>
    public FileInfo SaveItem(
        DatastoreContext store,
        SnapshotPath snapshot,
        ArchiveSaveRequest request,
        ArchiveListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(listener);
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        request = request with { Key = grant.KeyOr(request.Key) };
        ArchiveReader reader =
            ExpansionService.OpenReader(
                new ExpansionService(_scope).OpenOne(grant, snapshot, request.Archive, request.Key),
                request.Key,
                forLookUp: true);
        ArchiveSave save;
        IDisposable? counted;
        try
        {
            save = FindToSave(reader, store, snapshot, request);
            counted = ReadCount.CountRead(store, _scope.Engine.Mutations, cancellation);
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        ISnapshotContent held = grant.TakeContent();
        using var work = new BackgroundWork<object>(cancellation);
        var collected = new ArchiveWork(grant.Identity, snapshot, save.Node.Archive, work.Tell);
        long done = 0;
        work.Run(
            () =>
            {
                using (held)
                using (counted)
                using (reader)
                {
                    if (request.AllowMissingChunk) reader.OnGap = collected.Meet;
                    if (ArchiveListing.IsAmbiguous(reader.Pxar, request.Path)) collected.Repeat(save.Node.Path);
                    new ArchiveItemWriter(_scope.Engine.Mutations, reader, request, collected, work.Cancellation)
                        .Save(save, written => Interlocked.Exchange(ref done, written));
                    collected.Finish();
                }
            },
            listener.Tell,
            () => listener.Tell(collected.Current.Length > 0
                ? collected.Current
                : save.Node.Path, Interlocked.Read(ref done), save.Content?.Size ?? 0));
        return new FileInfo(save.Place.Path);
    }

    /// <summary>Returns an entry of an archive with all its metadata; null if the archive has no such path.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="archive">The archive, <c>root.pxar</c> or one of its files.</param>
    /// <param name="path">Path of the entry; literal.</param>
    /// <param name="key">Decrypts an encrypted archive; the caller keeps ownership.</param>
    /// <exception cref="PbsException">As for <see cref="SaveItem"/>.</exception>
    public ArchiveItemInfo? Find(
        DatastoreContext store,
        SnapshotPath snapshot,
        string archive,
        CatalogPath path,
        CryptKey? key)
    {
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        key = grant.KeyOr(key);
        using ArchiveReader reader = ExpansionService.OpenReader(
            new ExpansionService(_scope).OpenOne(grant, snapshot, archive, key),
            key,
            forLookUp: true);
        ArchiveNode? node = Located(() => ArchiveListing.Find(reader.Pxar, reader.File.Name, path), reader.File);
        return node is null ? null : new ArchiveItemInfo(grant.Identity, snapshot.Time, node);
    }

    /// <summary>
    /// Opens the content of a file in an archive. Chunks are read on demand. The stream is not thread-safe. Source: PBS
    /// GET pxar-file-download.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="archive">The archive, <c>root.pxar</c> or one of its files.</param>
    /// <param name="path">Path of the file; literal.</param>
    /// <param name="key">Decrypts an encrypted archive; the caller keeps ownership.</param>
    /// <param name="cancellation">Cancels the call and later reads.</param>
    /// <param name="onProblem">Receives a warning if the path leads to several entries; the first is opened.</param>
    /// <exception cref="PbsException">As for <see cref="SaveItem"/>.</exception>
    public Stream Open(
        DatastoreContext store,
        SnapshotPath snapshot,
        string archive,
        CatalogPath path,
        CryptKey? key,
        CancellationToken cancellation,
        Action<ListingProblem>? onProblem = null)
    {
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        key = grant.KeyOr(key);
        ArchiveReader reader = ExpansionService.OpenReader(
            new ExpansionService(_scope).OpenOne(grant, snapshot, archive, key),
            key,
            forLookUp: true);
        try
        {
            ArchiveNode node = Located(() => ArchiveListing.Find(reader.Pxar, reader.File.Name, path), reader.File)
                ?? throw ArchiveService.NotInArchive(snapshot, path.Text);
            if (onProblem is not null && ArchiveListing.IsAmbiguous(reader.Pxar, path))
            {
                onProblem(ArchiveListing.Repeated($"{snapshot}/{archive}{path.Text}"));
            }

            PxarEntry entry = Followed(reader, node);
            if (entry.Type != CatalogEntryType.File) throw NotAFile(entry, node);
            return new PxarContentStream(reader, entry, null, cancellation) { Owned = [reader, grant.TakeContent()] };
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private static ArchiveSave FindToSave(
        ArchiveReader reader,
        DatastoreContext store,
        SnapshotPath snapshot,
        ArchiveSaveRequest request)
    {
        ArchiveNode node = Located(() => ArchiveListing.Find(reader.Pxar, reader.File.Name, request.Path), reader.File)
            ?? throw ArchiveService.NotInArchive(snapshot, request.Path.Text);
        PxarEntry entry = Followed(reader, node);
        if (entry.Type is not (CatalogEntryType.File or CatalogEntryType.Directory)) throw NotAFile(entry, node);
        bool isPacked = entry.IsDirectory || request.Packing != ArchivePacking.Default;
        string name = node.Path.Length == 1 ? Path.GetFileNameWithoutExtension(node.Archive) : node.Name;
        if (isPacked) name += request.Packing == ArchivePacking.TarZstd ? ".tar.zst" : ".zip";
        return new ArchiveSave(
            node,
            isPacked ? null : entry,
            ContentService.FindPlace(
                store,
                request.Destination,
                request.Folder,
                name,
                isPacked ? 0 : entry.Size,
                request.Replace));
    }

    private static PxarEntry Followed(ArchiveReader reader, ArchiveNode node) =>
        node.Entry.Type == CatalogEntryType.HardLink
            ? Located(() => reader.Pxar.FollowHardLink(node.Entry), reader.File)
            : node.Entry;

    private static PbsArgumentException NotAFile(PxarEntry entry, ArchiveNode node) =>
        new(PbsErrorId.FileNotDecodable, $"cannot download file of type {entry.Type} ('{node.Path}')", node.Path)
        {
            RecommendedAction = entry.IsDirectory
                ? "Save-PbsArchiveItem packs a folder, Expand-PbsArchive restores it as it is."
                : "It has no content; Expand-PbsArchive restores it as what it is.",
        };

    private static T Located<T>(Func<T> read, ArchiveFile file)
    {
        try
        {
            return read();
        }
        catch (PbsFormatException e) when (e.File is null)
        {
            throw e.In(file.Archive.Path);
        }
    }
}
