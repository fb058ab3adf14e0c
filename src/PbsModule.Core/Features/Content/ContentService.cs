using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Content;

/// <summary>Reads, saves and checks the files of snapshots.</summary>
public sealed class ContentService
{
    private readonly ServiceScope _scope;

    internal ContentService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the snapshot's file names that match: a literal always, a pattern those in the folder, readable or not.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The snapshot does not exist.</exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public IReadOnlyList<string> Match(
        DatastoreContext store,
        SnapshotPath snapshot,
        IReadOnlyList<NameFilter> names)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.Download, store, snapshot.Namespace, snapshot.Group);
        if (names.All(name => name.IsLiteral)) return [.. names.Select(name => name.Text).Distinct()];
        using var reader = new SnapshotReader();
        if (!reader.TryRead(
            grant.Group,
            SnapshotLookup.Find(grant.Group, snapshot),
            manifest: true,
            out SnapshotRecord record))
        {
            throw SnapshotLookup.NotFound(grant.Group.Store, snapshot);
        }

        IEnumerable<string> found = new SnapshotFileList(record.Files).Select(file => file.FileName).Where(file =>
            names.Any(name => name.Matches(file)));
        return [.. found.Concat(names.Where(name => name.IsLiteral).Select(name => name.Text)).Distinct()];
    }

    /// <summary>
    /// Checks that a file can be saved as <see cref="Save"/> does, without writing anything.
    /// </summary>
    /// <exception cref="PbsException">
    /// As for <see cref="Save"/>, except for the chunks, which are not read.
    /// </exception>
    public SavePlan CheckSave(DatastoreContext store, SnapshotPath snapshot, SaveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using SnapshotGrant grant = EnterToSave(store, snapshot, request);
        using FileSource source = OpenSource(grant, request);
        OutputPlace place = FindPlace(store, request, source.Length);
        return new SavePlan($"{snapshot}/{request.FileName}", place.Path, source.Length, place.Replaces);
    }

    /// <summary>
    /// Saves a file of a snapshot, unchanged or decoded. The target gets its name only when it is complete and flushed
    /// to disk. An index must match the manifest, and each chunk is checked. Source: PBS GET download, GET
    /// download-decoded.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">The file and the target.</param>
    /// <param name="listener">Receives reports on the calling thread.</param>
    /// <param name="cancellation">
    /// Cancels the work within two seconds; no partial file is left, except on a device.
    /// </param>
    /// <returns>The written file.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Read nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot, the file, one of its chunks, or the target folder does not exist.
    /// </exception>
    /// <exception cref="PbsFormatException">The data is damaged, or encrypted and no key is given.</exception>
    /// <exception cref="PbsIntegrityException">
    /// The data does not match the manifest or the index, or the key is a different one.
    /// </exception>
    /// <exception cref="PbsConflictException">The target file exists and is not to be replaced.</exception>
    /// <exception cref="PbsException">
    /// Access to the store is refused, data cannot be read, or the target cannot be written.
    /// </exception>
    public FileInfo Save(
        DatastoreContext store,
        SnapshotPath snapshot,
        SaveRequest request,
        SaveListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(listener);
        using SnapshotGrant grant = EnterToSave(store, snapshot, request);
        FileSource source = OpenSource(grant, request);
        using var work = new BackgroundWork<ContentGapInfo>(cancellation);
        OutputPlace place;
        IDisposable? counted;
        try
        {
            place = FindPlace(store, request, source.Length);
            counted = ReadCount.CountRead(store, _scope.Engine.Mutations, cancellation);
        }
        catch
        {
            source.Dispose();
            throw;
        }

        ISnapshotContent held = grant.TakeContent();
        GroupIdentity identity = grant.Identity;
        Action<ChunkGap>? onGap = request.AllowMissingChunk
            ? gap => work.Tell(new ContentGapInfo(identity, snapshot.Time, request.FileName, place.Path, gap))
            : null;
        work.Run(
            () =>
            {
                using (held)
                using (counted)
                using (source)
                {
                    Write(source, place, onGap, work.Cancellation);
                }
            },
            listener.Tell,
            () => listener.Tell(source.Done, source.Length));
        return new FileInfo(place.Path);
    }

    /// <summary>Returns the decoded content of a blob, such as a configuration, a log or the manifest.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="fileName">Name of the blob, ending in <c>.blob</c>.</param>
    /// <param name="key">Decrypts an encrypted blob; the caller keeps ownership.</param>
    /// <exception cref="PbsArgumentException">The file is not a blob.</exception>
    /// <exception cref="PbsException">As for <see cref="Save"/>.</exception>
    public byte[] Read(DatastoreContext store, SnapshotPath snapshot, string fileName, CryptKey? key)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.DownloadDecoded, store, snapshot);
        if (!fileName.EndsWith(".blob", StringComparison.Ordinal))
        {
            throw new PbsArgumentException(
                PbsErrorId.FileNotDecodable,
                $"'{fileName}' is no blob: only small files are shown",
                fileName)
            {
                RecommendedAction = "Save-PbsSnapshotFile writes it to a file.",
            };
        }

        var file = new StoredFile(grant.Content, grant.KeyOr(key), _scope.OnLostManifest);
        using BlobSource blob = file.OpenBlob(fileName);
        return blob.Data;
    }

    /// <summary>
    /// Whether a manifest was signed with a key and not changed since, except for the members that no signature covers.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="key">The key.</param>
    /// <param name="reason">The reason if it fails; null if it passes.</param>
    /// <exception cref="PbsIntegrityException">The manifest names a different key.</exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused, or the manifest cannot be read.
    /// </exception>
    public bool TestSignature(DatastoreContext store, SnapshotPath snapshot, CryptKey key, out string? reason)
    {
        using GroupGrant grant =
            _scope.Gate.EnterGroup(Entries.CheckSignature, store, snapshot.Namespace, snapshot.Group);
        Manifest manifest = ManifestFileReader.ReadUnlocked(grant.Group, SnapshotLookup.Find(grant.Group, snapshot));
        try
        {
            bool isSigned = ManifestSignature.Verify(manifest, key);
            reason = isSigned ? null : "the manifest is not signed";
            return isSigned;
        }
        catch (PbsIntegrityException e) when (e.ErrorId == PbsErrorId.ManifestSignatureWrong)
        {
            reason = e.Message;
            return false;
        }
    }

    private SnapshotGrant EnterToSave(DatastoreContext store, SnapshotPath snapshot, SaveRequest request) =>
        _scope.EnterSnapshot(request.Decode ? Entries.DownloadDecoded : Entries.Download, store, snapshot);

    private FileSource OpenSource(SnapshotGrant grant, SaveRequest request)
    {
        var file = new StoredFile(
            grant.Content,
            request.Decode ? grant.KeyOr(request.Key) : request.Key,
            _scope.OnLostManifest);
        return request.Decode ? file.OpenDecoded(request.FileName) : file.OpenRaw(request.FileName);
    }

    private static OutputPlace FindPlace(DatastoreContext store, SaveRequest request, long length) =>
        FindPlace(store, request.Destination, request.Folder, request.Name, length, request.Replace);

    internal static OutputPlace FindPlace(
        DatastoreContext store,
        string destination,
        string? folder,
        string name,
        long length,
        bool replace)
    {
        OutputPlace place = folder is null
            ? OutputPlace.Find(destination, name, length, replace)
            : OutputPlace.FindBelow(destination, folder, name, replace);
        if (!place.IsDevice) OutputService.GuardOf(store.Connection, store).Demand(place.Path);
        return place;
    }

    private void Write(FileSource source, OutputPlace place, Action<ChunkGap>? onGap, CancellationToken cancellation)
    {
        using var output = new OutputFile(_scope.Engine.Mutations, place, source.Length);
        try
        {
            source.CopyTo(output.Sink, onGap, cancellation);
        }
        catch (OsErrorException e)
        {
            throw output.Unwritable(e);
        }

        output.Complete(cancellation);
    }
}
