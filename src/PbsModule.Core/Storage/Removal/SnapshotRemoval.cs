using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Removal;

/// <summary>
/// Removes snapshots and groups under PBS's locks, in the order group, snapshot, manifest. Of a snapshot the manifest
/// goes first: what an interruption leaves is unfinished, never a finished snapshot that lacks files. What is locked,
/// asked for its marker and emptied is one open folder, whatever its path leads to meanwhile. Chunks stay until garbage
/// collection.
/// </summary>
internal sealed class SnapshotRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    /// <summary>What it means that somebody else holds the lock of a snapshot.</summary>
    public const string InUse = "possibly running or in use";

    private const string ManifestFile = "index.json.blob";

    private const string ProtectionMarker = ".protected";

    /// <summary>
    /// Removes one snapshot. Its group stays, even if it is empty then: see <see cref="RemoveGroupIfEmpty"/>.
    /// </summary>
    /// <param name="group">Its group, open.</param>
    /// <param name="time">Its folder.</param>
    /// <param name="agreed">The state that it must still have; null for any.</param>
    /// <param name="cancellation">Ends the wait for the manifest's lock.</param>
    /// <exception cref="PbsConflictException">
    /// <c>cannot remove protected snapshot</c>; or its folder holds what is no part of it, or it is another one than
    /// was agreed to. It is whole.
    /// </exception>
    /// <exception cref="PbsLockedException">It is in use.</exception>
    /// <exception cref="PbsStorageException"><c>removing backup snapshot "…" failed - …</c>; also if it is not
    /// there.</exception>
    public void RemoveSnapshot(GroupFolder group, TimeFolder time, SnapshotState? agreed,
        CancellationToken cancellation)
    {
        string path = Path.Combine(group.FullPath, time.ToString());
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        using Folder folder = Open(group, time, path);
        using HeldLock held = locks.Snapshot(snapshot, path, LockMode.Exclusive, InUse, folder);
        using HeldLock? manifest = LockManifest(snapshot, path, cancellation);
        if (IsProtected(folder)) throw Protected(snapshot);
        if (agreed is { } state && state != StateOf(group, time, folder)) throw Changed(snapshot, path);
        try
        {
            // Before anything goes: what is not listed as a file of the snapshot is not removed.
            List<string> files = DemandFiles(group, time, folder, path);
            if (files.Contains(ProtectionMarker)) throw Protected(snapshot);
            files.Remove(ManifestFile);
            FolderRemoval.Run(mutations, folder, group.Folder, path, [ManifestFile, .. files]);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.SnapshotUnremovable, $"removing backup snapshot {PathText.Quote(path)} failed", path);
        }

        manifest?.RemoveFiles(mutations);
        held.RemoveFiles(mutations);
    }

    /// <summary>Checks that a snapshot can be removed as <see cref="RemoveSnapshot"/> will; takes no lock.</summary>
    /// <param name="group">Its group, open.</param>
    /// <param name="time">Its folder.</param>
    /// <param name="wasFinished">Whether it was finished when it was chosen; null for any state.</param>
    /// <returns>The state that its removal is agreed to in.</returns>
    /// <exception cref="PbsConflictException">
    /// It is protected, or has been finished since, or its folder holds what is no part of it.
    /// </exception>
    /// <exception cref="PbsException">It cannot be looked into.</exception>
    public static SnapshotState DemandRemovable(GroupFolder group, TimeFolder time, bool? wasFinished)
    {
        string path = Path.Combine(group.FullPath, time.ToString());
        using Folder folder = Open(group, time, path);
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        if (IsProtected(folder)) throw Protected(snapshot);
        SnapshotState state = StateOf(group, time, folder);
        if (wasFinished == false && state.IsFinished) throw Changed(snapshot, path);
        try
        {
            DemandFiles(group, time, folder, path);
        }
        catch (OsErrorException e)
        {
            throw WalkProblem.Unreadable(e.Errno, path)!.Exception!;
        }

        return state;
    }

    public static PbsConflictException Protected(SnapshotPath snapshot) =>
        new(PbsErrorId.SnapshotProtected, "cannot remove protected snapshot", snapshot.ToString())
        {
            RecommendedAction = "Unprotect-PbsSnapshot takes the protection away.",
        };

    /// <summary>
    /// Removes a group that has no snapshot any more, as PBS does since 3.3.5 after the removal of a snapshot. The
    /// group stays where the server's lock scheme is the older one or cannot be seen, where its lock cannot be had, and
    /// if its folder contains anything but owner and notes.
    /// </summary>
    /// <returns>Whether the group is gone.</returns>
    /// <exception cref="PbsStorageException"><c>removing group directory "…" failed - …</c></exception>
    /// <exception cref="PbsException">The group cannot be listed.</exception>
    public bool RemoveGroupIfEmpty(GroupFolder group)
    {
        if (locks.Scheme != LockScheme.Files) return false;
        string path = group.FullPath;
        using HeldLock? held = TryLockGroup(group, path);
        if (held is null) return false;

        // Only what is seen under the lock counts: a snapshot may have come since.
        GroupContent content = GroupContent.Read(group);
        if (content.Snapshots.Count > 0 || content.Foreign.Count > 0 || content.Leftovers.Any()) return false;
        using Folder type = OpenType(group, path);
        RemoveFolder(group, type, path, content.Files);
        held.RemoveFiles(mutations);
        return true;
    }

    /// <summary>
    /// Locks a group that may be removed. Null where that fails, which is no error after a removal that succeeded, in
    /// PBS neither: a backup of the group has begun and needs the owner, or another removal took the group away.
    /// </summary>
    private HeldLock? TryLockGroup(GroupFolder group, string path)
    {
        try
        {
            return locks.Group(
                group.Namespace,
                group.Path,
                path,
                LockMode.Exclusive,
                "possible running backup",
                group.Folder);
        }
        catch (PbsException e) when (e is PbsLockedException || e.InnerException is OsErrorException)
        {
            return null;
        }
    }

    /// <summary>
    /// Removes the snapshots of a group that are not protected, and the group if none is: its folder with owner,
    /// notes, and what interrupted changes of these have left. Where the folder holds anything else, nothing is
    /// removed.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="agreed">The snapshots that may go, by time; null for all.</param>
    /// <param name="cancellation">Ends it between two snapshots.</param>
    /// <exception cref="PbsConflictException">
    /// There is a snapshot that may not go, or something foreign; nothing is removed.
    /// </exception>
    /// <exception cref="PbsLockedException">A backup is running, or a snapshot in use; what was removed before is
    /// gone.</exception>
    /// <exception cref="PbsStorageException"><c>removing group directory "…" failed - …</c></exception>
    public GroupRemovalResult RemoveGroup(GroupFolder group, IReadOnlyDictionary<long, SnapshotState>? agreed,
        CancellationToken cancellation)
    {
        string path = group.FullPath;
        using HeldLock held =
            locks.Group(group.Namespace, group.Path, path, LockMode.Exclusive, "possible running backup", group.Folder);
        GroupContent content = GroupContent.Read(group);
        if (agreed is not null) content.DemandAgreed(group, agreed);
        content.DemandNothingForeign(group);
        using Folder type = OpenType(group, path);
        int removed = 0;
        foreach (GroupSnapshot snapshot in content.Snapshots)
        {
            cancellation.ThrowIfCancellationRequested();
            if (snapshot.IsProtected || group.IsProtected(snapshot.Folder)) continue;
            RemoveSnapshot(group, snapshot.Folder, snapshot.State, cancellation);
            removed++;
        }

        // Again: who does not lock the group may have put something into it meanwhile, or protected a snapshot.
        content = GroupContent.Read(group);
        content.DemandNothingForeign(group, isUntouched: removed == 0);
        if (content.Protected > 0) return new GroupRemovalResult(removed, content.Protected);
        if (content.Snapshots.Count > 0) throw CameMeanwhile(group, content.Snapshots[0].Folder);
        RemoveFolder(group, type, path, content.Files);
        held.RemoveFiles(mutations);
        return new GroupRemovalResult(removed, 0);
    }

    private static PbsConflictException CameMeanwhile(GroupFolder group, TimeFolder time)
    {
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        return new PbsConflictException(
            PbsErrorId.GroupChanged,
            $"group '{group.IdentityText}' is removed in part only: snapshot '{snapshot}' has come into it meanwhile",
            group.FullPath)
        {
            RecommendedAction = "Look at the group again, and repeat the removal if that snapshot may go, too.",
        };
    }

    /// <summary>
    /// Removes the owner last: without one PBS hides a group and refuses its backups. If the folder itself cannot be
    /// removed, because something has come into it meanwhile, it gets its owner back.
    /// </summary>
    private void RemoveFolder(GroupFolder group, Folder type, string path, IReadOnlyList<string> files)
    {
        try
        {
            FolderRemoval.Run(mutations, group.Folder, type, path, files);
        }
        catch (OsErrorException e)
        {
            if (group.Owner is { } owner && group.Folder.KindOf("owner"u8, out _) == OsError.ENOENT)
            {
                OwnerFile.TryCreate(mutations, path, owner);
            }

            throw e.As(PbsErrorId.GroupUnremovable, $"removing group directory {PathText.Quote(path)} failed", path);
        }
    }

    /// <summary>Whether a folder carries the marker; also where that cannot be told.</summary>
    private static bool IsProtected(Folder folder) => folder.KindOf(".protected"u8, out _) != OsError.ENOENT;

    private static SnapshotState StateOf(GroupFolder group, TimeFolder time, Folder folder)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        group.Folder.InodeOf(name[..time.WriteName(name)], out ulong inode);
        return new SnapshotState(inode, folder.KindOf("index.json.blob"u8, out _) != OsError.ENOENT);
    }

    private static PbsConflictException Changed(SnapshotPath snapshot, string path) =>
        new(PbsErrorId.GroupChanged,
            $"snapshot '{snapshot}' is not removed: it has been finished or made anew since its removal was planned",
            path)
        {
            RecommendedAction = "Look at the group again, and repeat the removal if that snapshot may go, too.",
        };

    private static List<string> DemandFiles(GroupFolder group, TimeFolder time, Folder folder, string path)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        if (!group.Folder.IsMountPoint(name[..time.WriteName(name)])) return SnapshotContent.DemandFiles(folder, path);
        throw ForeignEntry.Refusal($"backup snapshot {PathText.Quote(path)}", path,
            [new ForeignEntry(path, "a mount point")]);
    }

    private static Folder Open(GroupFolder group, TimeFolder time, string path)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? folder = null;
        int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref folder);
        return error == 0 ? folder!
            : throw LockFailure.Of(new OsErrorException(error, path),
                $"unable to open snapshot directory \"{path}\" for locking", path);
    }

    /// <summary>The folder that a group's own lies in, and is removed from.</summary>
    /// <exception cref="PbsException">It cannot be opened.</exception>
    private Folder OpenType(GroupFolder group, string path)
    {
        using NamespaceFolder ns = NamespaceFolder.Open(store, group.Namespace);
        Folder? type = null;
        int error = ns.Folder.OpenFolder(Encoding.ASCII.GetBytes(group.Path.Type.Text()), ref type);
        if (error == 0) return type!;
        throw new OsErrorException(error, path).As(PbsErrorId.GroupUnremovable,
            $"removing group directory {PathText.Quote(path)} failed", path);
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
