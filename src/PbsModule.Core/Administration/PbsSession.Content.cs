using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// The files of a snapshot that names mean: a literal stands for itself, a pattern for what lies in the folder,
    /// readable or not.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The snapshot is not there.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public IReadOnlyList<string> MatchSnapshotFiles(
        DatastoreContext store,
        SnapshotPath snapshot,
        IReadOnlyList<NameFilter> names)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.Download, store, snapshot.Namespace, snapshot.Group);
        if (names.All(name => name.IsLiteral)) return [.. names.Select(name => name.Text).Distinct()];
        using var reader = new SnapshotReader();
        if (!reader.TryRead(
            passage.Group,
            FolderOf(passage.Group, snapshot),
            manifest: true,
            out SnapshotRecord record))
        {
            throw SnapshotLookup.NotFound(passage.Group.Store, snapshot);
        }

        IEnumerable<string> found = new SnapshotFileList(record.Files).Select(file => file.FileName).Where(file =>
            names.Any(name => name.Matches(file)));
        return [.. found.Concat(names.Where(name => name.IsLiteral).Select(name => name.Text)).Distinct()];
    }

    /// <summary>
    /// Checks that a file of a snapshot can be saved as <see cref="SaveSnapshotFile"/> will, and writes nothing.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="SaveSnapshotFile"/>, but for the chunks, which are read only
    /// then.</exception>
    public SavePlan CheckSnapshotFileSave(DatastoreContext store, SnapshotPath snapshot, SaveRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using SnapshotPassage passage = EnterToSave(store, snapshot, request);
        using FileSource source = OpenSource(passage, request);
        OutputPlace place = FindPlace(store, request, source.Length);
        return new SavePlan($"{snapshot}/{request.FileName}", place.Path, source.Length, place.Replaces);
    }

    /// <summary>
    /// Writes a file of a snapshot somewhere else, as it is or decoded; under its name only once it is whole and on the
    /// disk. An index must be the one of the manifest, and each chunk is checked on the way. Source: PBS GET download,
    /// GET download-decoded.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">What, and where to.</param>
    /// <param name="listener">Told on the calling thread.</param>
    /// <param name="cancellation">Ends it within two seconds; nothing stays behind but what was written to a
    /// device.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="PbsPermissionException">It takes Datastore.Read, or Datastore.Backup on a group of one's
    /// own.</exception>
    /// <exception cref="PbsNotFoundException">The snapshot, the file, a chunk of it, or the folder to write to is not
    /// there.</exception>
    /// <exception cref="PbsFormatException">Damaged; or encrypted, and there is no key.</exception>
    /// <exception cref="PbsIntegrityException">Not what the manifest or the index promises; or another key.</exception>
    /// <exception cref="PbsConflictException">There is a file, and it is not to be replaced.</exception>
    /// <exception cref="PbsException">The store cannot be entered, something cannot be read, or the destination not be
    /// written.</exception>
    public FileInfo SaveSnapshotFile(
        DatastoreContext store,
        SnapshotPath snapshot,
        SaveRequest request,
        SaveListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(listener);
        using SnapshotPassage passage = EnterToSave(store, snapshot, request);
        FileSource source = OpenSource(passage, request);
        using var work = new BackgroundWork<ContentGapInfo>(cancellation);
        OutputPlace place;
        IDisposable? counted;
        try
        {
            place = FindPlace(store, request, source.Length);
            counted = Gate.CountRead(store, _engine.Mutations, cancellation);
        }
        catch
        {
            source.Dispose();
            throw;
        }

        IDisposable held = passage.TakeLock();
        GroupIdentity identity = passage.Identity;
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

    /// <summary>The content of a blob of a snapshot: a configuration, a log, the manifest.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="fileName">Its name, ending in <c>.blob</c>.</param>
    /// <param name="key">For an encrypted one; the caller keeps it.</param>
    /// <exception cref="PbsArgumentException">It is no blob.</exception>
    /// <exception cref="PbsException">As for <see cref="SaveSnapshotFile"/>.</exception>
    public byte[] GetSnapshotFileContent(DatastoreContext store, SnapshotPath snapshot, string fileName, CryptKey? key)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        using SnapshotPassage passage = EnterSnapshot(Entries.DownloadDecoded, store, snapshot);
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

        using BlobSource blob = new StoredFile(passage.Group, passage.Time, key, OnLostManifest).OpenBlob(fileName);
        return blob.Data;
    }

    /// <summary>
    /// Whether a manifest was signed with a key and is as it was then, but for the members no signature covers.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="key">The key.</param>
    /// <param name="reason">Why it is not; null where it is.</param>
    /// <exception cref="PbsIntegrityException">The manifest says that it was made with another key.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered, or the manifest not be
    /// read.</exception>
    public bool TestSnapshotSignature(DatastoreContext store, SnapshotPath snapshot, CryptKey key, out string? reason)
    {
        using GroupPassage passage =
            _gate.EnterGroup(Entries.CheckSignature, store, snapshot.Namespace, snapshot.Group);
        Manifest manifest = ManifestFileReader.Read(passage.Group, FolderOf(passage.Group, snapshot));
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

    private SnapshotPassage EnterToSave(DatastoreContext store, SnapshotPath snapshot, SaveRequest request) =>
        EnterSnapshot(request.Decode ? Entries.DownloadDecoded : Entries.Download, store, snapshot);

    private FileSource OpenSource(SnapshotPassage passage, SaveRequest request)
    {
        var file = new StoredFile(passage.Group, passage.Time, request.Key, OnLostManifest);
        return request.Decode ? file.OpenDecoded(request.FileName) : file.OpenRaw(request.FileName);
    }

    private static OutputPlace FindPlace(DatastoreContext store, SaveRequest request, long length) =>
        FindPlace(store, request.Destination, request.Folder, request.Name, length, request.Replace);

    private static OutputPlace FindPlace(
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
        if (!place.IsDevice) GuardOf(store.Connection, store).Demand(place.Path);
        return place;
    }

    private void Write(FileSource source, OutputPlace place, Action<ChunkGap>? onGap, CancellationToken cancellation)
    {
        using var output = new OutputFile(_engine.Mutations, place, source.Length);
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
