using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>Checks the upload of a log as <see cref="AddBackupLog"/> will, and changes nothing.</summary>
    /// <exception cref="PbsException">As for <see cref="AddBackupLog"/>.</exception>
    public void CheckBackupLog(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.UploadLog, store, snapshot.Namespace, snapshot.Group);
        BackupLog.DemandNone(PlaceOf(passage.Group, snapshot).Path);
    }

    /// <summary>
    /// Adds the log of the backup client to a snapshot, finished or not. For the owner of the group alone, whatever
    /// anybody else is privileged to. Source: PBS POST upload-backup-log.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="log">The log.</param>
    /// <param name="force">Write also where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Ends waiting.</param>
    /// <exception cref="PbsPermissionException">It takes Datastore.Backup, and <c>backup owner check failed (…)</c> for
    /// who does not own the group.</exception>
    /// <exception cref="PbsNotFoundException">The snapshot is not there.</exception>
    /// <exception cref="PbsConflictException">Maintenance mode, or <c>backup already contains a log.</c></exception>
    /// <exception cref="PbsLockedException">PBS's locks cannot be seen from here, and it is not forced.</exception>
    /// <exception cref="PbsStorageException">It cannot be written; then there is none.</exception>
    public SnapshotFileInfo AddBackupLog(
        DatastoreContext store,
        SnapshotPath snapshot,
        BackupLog log,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWritePassage writing = _gate.EnterGroupToWrite(
            Entries.UploadLog,
            store,
            snapshot.Namespace,
            snapshot.Group,
            force,
            _engine.Mutations,
            cancellation);
        log.Store(writing.Mutations, PlaceOf(writing.Group, snapshot).Path);

        // As it is listed: the manifest, which alone tells sizes, knows nothing of it.
        return new SnapshotFileInfo(writing.Identity, snapshot.Time, new SnapshotFile(BackupLog.FileName, null, null));
    }

    private static SnapshotPlace PlaceOf(GroupFolder group, SnapshotPath snapshot) =>
        new(group, FolderOf(group, snapshot));
}
