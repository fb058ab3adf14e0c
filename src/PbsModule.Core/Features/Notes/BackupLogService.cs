using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Notes;

/// <summary>Adds the client's log to a snapshot.</summary>
public sealed class BackupLogService
{
    private readonly ServiceScope _scope;

    internal BackupLogService(ServiceScope scope) => _scope = scope;

    /// <summary>Checks that a log can be added as <see cref="Add"/> does, without changing anything.</summary>
    /// <exception cref="PbsException">As for <see cref="Add"/>.</exception>
    public void Check(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.UploadLog, store, snapshot.Namespace, snapshot.Group);
        BackupLog.DemandNone(PlaceOf(grant.Group, snapshot).Path);
    }

    /// <summary>
    /// Adds the log of the backup client to a snapshot, finished or not. Only the owner of the group may do this,
    /// whatever privileges others have. Source: PBS POST upload-backup-log.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="log">The log.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller lacks Datastore.Backup, or does not own the group: <c>backup owner check failed (…)</c>.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The snapshot does not exist.</exception>
    /// <exception cref="PbsConflictException">
    /// The store is in maintenance mode, or <c>backup already contains a log.</c>
    /// </exception>
    /// <exception cref="PbsLockedException">PBS's locks cannot be seen from here, and it is not forced.</exception>
    /// <exception cref="PbsStorageException">The log cannot be written; the snapshot then has none.</exception>
    public SnapshotFileInfo Add(
        DatastoreContext store,
        SnapshotPath snapshot,
        BackupLog log,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing = _scope.Gate.EnterGroupToWrite(
            Entries.UploadLog,
            store,
            snapshot.Namespace,
            snapshot.Group,
            force,
            _scope.Engine.Mutations,
            cancellation);
        log.Store(writing.Mutations, PlaceOf(writing.Group, snapshot).Path);

        // As in a listing: the size comes from the manifest, which does not include the log.
        return new SnapshotFileInfo(writing.Identity, snapshot.Time, new SnapshotFile(BackupLog.FileName, null, null));
    }

    private static SnapshotPlace PlaceOf(GroupFolder group, SnapshotPath snapshot) =>
        new(group, SnapshotLookup.Find(group, snapshot));
}
