using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes snapshots and groups under PBS's locks, in the order group, snapshot, manifest. Of a snapshot the manifest goes first: what an
/// interruption leaves is unfinished, never a finished snapshot that lacks files. Chunks stay until garbage collection.
/// </summary>
internal sealed class SnapshotRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    /// <summary>What it means that somebody else holds the lock of a snapshot.</summary>
    public const string InUse = "possibly running or in use";

    private const string ManifestFile = "index.json.blob";
    private const string OwnerFileName = "owner";

    private readonly TreeRemoval _tree = new(mutations, store.Access);
    private readonly SnapshotTimes _times = new();

    /// <summary>Removes one snapshot. Its group stays, even empty, as 3.2.4 leaves it.</summary>
    /// <exception cref="PbsConflictException"><c>cannot remove protected snapshot</c></exception>
    /// <exception cref="PbsLockedException">It is in use.</exception>
    /// <exception cref="PbsStorageException"><c>removing backup snapshot "…" failed - …</c>; also if it is not there.</exception>
    public void RemoveSnapshot(GroupFolder group, TimeFolder time, CancellationToken cancellation)
    {
        string path = Path.Combine(group.FullPath, time.ToString());
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        using HeldLock held = locks.Snapshot(snapshot, path, LockMode.Exclusive, InUse);
        using HeldLock? manifest = LockManifest(snapshot, path, cancellation);
        if (group.IsProtected(time)) throw Protected(snapshot);
        try
        {
            _tree.Remove(path, first: ManifestFile);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.SnapshotUnremovable, $"removing backup snapshot {PathText.Quote(path)} failed", path);
        }

        manifest?.RemoveFiles(mutations);
        held.RemoveFiles(mutations);
    }

    public static PbsConflictException Protected(SnapshotPath snapshot) =>
        new(PbsErrorId.SnapshotProtected, "cannot remove protected snapshot", snapshot.ToString()) { RecommendedAction = "Unprotect-PbsSnapshot takes the protection away." };

    /// <summary>Removes the snapshots of a group that are not protected, and the group if none is.</summary>
    /// <exception cref="PbsLockedException">A backup is running, or a snapshot in use; what was removed before is gone.</exception>
    /// <exception cref="PbsStorageException"><c>removing group directory "…" failed - …</c></exception>
    public GroupRemovalResult RemoveGroup(GroupFolder group, CancellationToken cancellation)
    {
        string path = group.FullPath;
        using HeldLock held = locks.Group(group.Namespace, group.Path, path, LockMode.Exclusive, "possible running backup");
        int removed = 0, kept = 0;
        foreach (TimeFolder time in _times.Read(group, out _))
        {
            cancellation.ThrowIfCancellationRequested();
            if (group.IsProtected(time))
            {
                kept++;
                continue;
            }

            RemoveSnapshot(group, time, cancellation);
            removed++;
        }

        if (kept > 0) return new GroupRemovalResult(removed, kept);
        try
        {
            // Without an owner PBS hides a group; it must not become one that nobody sees.
            _tree.Remove(path, last: OwnerFileName);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.GroupUnremovable, $"removing group directory {PathText.Quote(path)} failed", path);
        }

        held.RemoveFiles(mutations);
        return new GroupRemovalResult(removed, 0);
    }

    /// <summary>Null where there is no manifest to lock, and no place for a lock file.</summary>
    private HeldLock? LockManifest(SnapshotPath snapshot, string path, CancellationToken cancellation)
    {
        try
        {
            return locks.Manifest(snapshot, path, cancellation);
        }
        catch (PbsStorageException e) when (e.InnerException is OsErrorException { Errno: OsError.ENOENT })
        {
            return null;
        }
    }
}

/// <summary>What became of a group.</summary>
/// <param name="RemovedSnapshots">Gone.</param>
/// <param name="ProtectedSnapshots">Still there; then so is the group.</param>
internal sealed record GroupRemovalResult(int RemovedSnapshots, int ProtectedSnapshots)
{
    public bool IsComplete => ProtectedSnapshots == 0;
}
