using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Features.Archives;

/// <summary>Restores the trees in archives.</summary>
public sealed class ExpansionService
{
    private readonly ServiceScope _scope;

    internal ExpansionService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Checks that an archive can be restored as <see cref="ExpandArchive"/> does, without writing anything.
    /// </summary>
    /// <exception cref="PbsException">
    /// As for <see cref="ExpandArchive"/>, except for the archive's content, which is not read.
    /// </exception>
    public ExpandPlan Check(DatastoreContext store, SnapshotPath snapshot, ExpandRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        request = request with { Key = grant.KeyOr(request.Key) };
        ArchiveFile archive = OpenOne(grant, snapshot, request.Archive, request.Key);
        CheckDestination(store, request);
        return new ExpandPlan($"{snapshot}/{archive.Name}", request.Target);
    }

    /// <summary>
    /// Restores an archive, or a part of it, as a tree of files with all their attributes, as far as the platform and
    /// the caller's rights allow. Nothing outside the destination is written, whatever the archive contains. A failed
    /// entry does not affect the others. Source: pbs-client <c>pxar/extract.rs</c>.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">The archive and the destination.</param>
    /// <param name="listener">Receives reports on the calling thread.</param>
    /// <param name="cancellation">
    /// Cancels the work within two seconds; all files written until then are complete.
    /// </param>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Read nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot, the archive, or the destination's parent folder does not exist.
    /// </exception>
    /// <exception cref="PbsFormatException">
    /// The file is not an archive, its root is damaged, or it is encrypted and no key is given.
    /// </exception>
    /// <exception cref="PbsIntegrityException">
    /// The data does not match the manifest, or the key is a different one.
    /// </exception>
    /// <exception cref="PbsException">Access to the store is refused, or the destination cannot be written.</exception>
    public ArchiveRestoreInfo ExpandArchive(
        DatastoreContext store,
        SnapshotPath snapshot,
        ExpandRequest request,
        ArchiveListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(listener);
        using SnapshotGrant grant = _scope.EnterSnapshot(Entries.ReadArchive, store, snapshot);
        request = request with { Key = grant.KeyOr(request.Key) };
        ArchiveFile archive = OpenOne(grant, snapshot, request.Archive, request.Key);
        CheckDestination(store, request);
        using var work = new BackgroundWork<object>(cancellation);
        var collected = new ArchiveWork(grant.Identity, snapshot, archive.Name, work.Tell);
        RestoreCounts? counts = null;
        bool isPart = request.Paths.Count + request.Include.Count + request.Exclude.Count > 0;
        long total = isPart ? 0 : archive.Archive.Index.LogicalSize + (archive.Payload?.Index.LogicalSize ?? 0);
        IDisposable? counted = ReadCount.CountRead(store, _scope.Engine.Mutations, cancellation);
        ISnapshotContent held = grant.TakeContent();
        work.Run(
            () =>
            {
                using (held)
                using (counted)
                {
                    OutputGuard guard = OutputService.GuardOf(store.Connection, store);
                    Expand(archive, snapshot, request, guard, collected, made => counts = made, work.Cancellation);
                }
            },
            listener.Tell,
            () => listener.Tell(collected.Current, counts is null ? 0 : counts.Bytes + counts.Underway, total));
        return new ArchiveRestoreInfo(
            grant.Identity,
            snapshot.Time,
            archive.Name,
            request.Target,
            counts!,
            collected.Failures);
    }

    private void Expand(ArchiveFile archive, SnapshotPath snapshot, ExpandRequest request, OutputGuard guard,
        ArchiveWork collected, Action<RestoreCounts> onBegin, CancellationToken cancellation)
    {
        using ArchiveReader reader =
            OpenReader(archive, request.Key, request.AllowMissingChunk ? collected.Meet : null);
        using TargetFolder target = OpenTarget(request, out bool isNew);
        bool isRoot = NativeCode.HasLinux && LibC.EffectiveUser() == 0;
        if (!isRoot)
        {
            collected.Miss("/", RestoredTrait.Owner, NativeCode.HasLinux
                ? "only root can give files to others"
                : "there are no calls to give files to others");
        }

        var options = new RestoreOptions
        {
            Destination = request.Target,
            Existing = request.Existing,
            AllowMissingChunk = request.AllowMissingChunk,
            RefuseFolder = guard.Refuse,
            Owners =
                NativeCode.HasLinux ? new RestoredOwners(isRoot, LibC.EffectiveUser(), LibC.EffectiveGroup()) : default,
            Selection = request.Include.Count + request.Exclude.Count == 0
                ? RestoreSelection.All
                : new RestoreSelection(request.Include, request.Exclude),
        };
        var restore = new TreeRestore(reader, target, isNew, options, collected, cancellation);
        onBegin(restore.Counts);
        try
        {
            if (request.Paths.Count == 0) restore.RunAll();
            else
            {
                restore.Run(request.Paths.Select(path => new RestoredPath(path.Text, [.. path.Parts.Select(part =>
                    part.Literal!)])), path => ArchiveService.NotInArchive(snapshot, path.Text));
            }
        }
        finally
        {
            if (!cancellation.IsCancellationRequested) collected.Finish();
        }
    }

    /// <summary>Opens the selected archive.</summary>
    internal ArchiveFile OpenOne(SnapshotGrant grant, SnapshotPath snapshot, string? name, CryptKey? key)
    {
        Manifest manifest = new ArchiveService(_scope).ReadManifest(grant.Content, key);
        string[] files = [.. ArchiveFile.FilesOf(manifest)];
        if (files.Length == 0) throw ArchiveService.NoArchives(snapshot);
        string[] meant = name is null ? files : [.. files.Where(file => file == name)];
        if (meant.Length == 0) meant = [.. files.Where(file => ArchiveName.Of(file) == ArchiveName.Of(name!))];
        if (meant.Length == 1) return ArchiveFile.Open(grant.Content, manifest, meant[0], key, withContent: true);
        if (meant.Length == 0)
        {
            throw new PbsNotFoundException(
                PbsErrorId.ArchiveMissing, $"there is no archive '{name}' in snapshot '{snapshot}'", name);
        }

        string names = string.Join(", ", meant.Select(ArchiveFile.NamesOf(manifest).Of));
        throw new PbsArgumentException(
            PbsErrorId.ArchiveRequired,
            $"there are several archives in snapshot '{snapshot}': {names}",
            snapshot.ToString())
        {
            RecommendedAction = "Name one with -Archive.",
        };
    }

    internal static ArchiveReader OpenReader(
        ArchiveFile archive,
        CryptKey? key,
        Action<string, ChunkGap>? onGap = null,
        bool forLookUp = false)
    {
        try
        {
            return new ArchiveReader(archive, key, onGap, forLookUp);
        }
        catch (PbsFormatException e) when (e.File is null)
        {
            throw e.In(archive.Archive.Path);
        }
    }

    private static void CheckDestination(DatastoreContext store, ExpandRequest request)
    {
        CheckDestination(store, request.Destination);
        if (request.Folder is null) return;
        if (new FileInfo(request.Target).LinkTarget is not null)
        {
            throw new PbsArgumentException(
                PbsErrorId.DestinationInvalid,
                $"{PathText.Quote(request.Target)} is a link",
                request.Target);
        }
        if (Directory.Exists(request.Destination)) CheckDestination(store, request.Target);
    }

    private static void CheckDestination(DatastoreContext store, string destination)
    {
        string path = RealPath.Of(Path.TrimEndingDirectorySeparator(destination));
        OutputService.GuardOf(store.Connection, store).Demand(path);
        if (File.Exists(path))
        {
            throw new PbsArgumentException(PbsErrorId.DestinationInvalid, $"{PathText.Quote(path)} is a file", path);
        }

        string? parent = Path.GetDirectoryName(path);
        if (parent is not null && !Directory.Exists(parent))
        {
            throw new PbsNotFoundException(
                PbsErrorId.DestinationNotFound,
                $"there is no folder {PathText.Quote(parent)} to write to",
                path);
        }
    }

    private TargetFolder OpenTarget(ExpandRequest request, out bool isNew)
    {
        string destination = request.Target;
        isNew = !Directory.Exists(destination);
        try
        {
            if (request.Folder is not null && !Directory.Exists(request.Destination))
            {
                _scope.Engine.Mutations.CreateDirectory(Path.TrimEndingDirectorySeparator(request.Destination), 0x1C0);
            }

            // No other account may look into it before it has the mode of the archive's root.
            if (isNew) _scope.Engine.Mutations.CreateDirectory(Path.TrimEndingDirectorySeparator(destination), 0x1C0);
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.DestinationUnwritable,
                $"unable to create {PathText.Quote(destination)}",
                destination);
        }

        int error = _scope.Engine.Targets.Open(destination, isNew, out TargetFolder? target);
        return error == 0
            ? target!
            : throw new OsErrorException(error, destination).As(
                PbsErrorId.DestinationUnwritable,
                $"unable to open {PathText.Quote(destination)}",
                destination);
    }
}
