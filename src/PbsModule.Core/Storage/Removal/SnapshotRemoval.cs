using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes snapshots and groups under PBS's locks, in the order group, snapshot, manifest. Of a snapshot the manifest goes first: what an
/// interruption leaves is unfinished, never a finished snapshot that lacks files. What is locked, asked for its marker and emptied is one
/// open folder, whatever its path leads to meanwhile. Chunks stay until garbage collection.
/// </summary>
internal sealed class SnapshotRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    /// <summary>What it means that somebody else holds the lock of a snapshot.</summary>
    public const string InUse = "possibly running or in use";

    private const string ManifestFile = "index.json.blob";
    private const string OwnerFileName = "owner";

    private readonly TreeRemoval _tree = new(mutations);

    /// <summary>Removes one snapshot. Its group stays, even empty, as 3.2.4 leaves it.</summary>
    /// <exception cref="PbsConflictException"><c>cannot remove protected snapshot</c></exception>
    /// <exception cref="PbsLockedException">It is in use.</exception>
    /// <exception cref="PbsStorageException"><c>removing backup snapshot "…" failed - …</c>; also if it is not there.</exception>
    public void RemoveSnapshot(GroupFolder group, TimeFolder time, CancellationToken cancellation)
    {
        string path = Path.Combine(group.FullPath, time.ToString());
        var snapshot = new SnapshotPath(group.Namespace, group.Path, time.Time);
        using Folder folder = Open(group, time, path);
        using HeldLock held = locks.Snapshot(snapshot, path, LockMode.Exclusive, InUse, folder);
        using HeldLock? manifest = LockManifest(snapshot, path, cancellation);
        if (IsProtected(folder)) throw Protected(snapshot);
        try
        {
            _tree.Remove(folder, group.Folder, path, first: ManifestFile);
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
    /// <param name="group">The group.</param>
    /// <param name="agreed">Times of the snapshots that may go; null for all.</param>
    /// <param name="cancellation">Ends it between two snapshots.</param>
    /// <exception cref="PbsConflictException">There is a snapshot that may not go; nothing is removed.</exception>
    /// <exception cref="PbsLockedException">A backup is running, or a snapshot in use; what was removed before is gone.</exception>
    /// <exception cref="PbsStorageException"><c>removing group directory "…" failed - …</c></exception>
    public GroupRemovalResult RemoveGroup(GroupFolder group, IReadOnlySet<long>? agreed, CancellationToken cancellation)
    {
        string path = group.FullPath;
        using HeldLock held = locks.Group(group.Namespace, group.Path, path, LockMode.Exclusive, "possible running backup", group.Folder);
        TimeFolder[] times = agreed is null ? TimesOf(group) : DemandAgreed(group, agreed);
        int removed = 0, kept = 0;
        foreach (TimeFolder time in times)
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

        if (kept == 0) kept = CountProtected(group);
        if (kept > 0) return new GroupRemovalResult(removed, kept);
        try
        {
            // Without an owner PBS hides a group; it must not become one that nobody sees.
            using Folder type = OpenType(group, path);
            _tree.Remove(group.Folder, type, path, last: OwnerFileName);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.GroupUnremovable, $"removing group directory {PathText.Quote(path)} failed", path);
        }

        held.RemoveFiles(mutations);
        return new GroupRemovalResult(removed, 0);
    }

    /// <summary>The snapshots of a group, of which those that are not protected may go.</summary>
    /// <exception cref="PbsConflictException">There is one that may not.</exception>
    /// <exception cref="PbsException">It cannot be listed.</exception>
    public static TimeFolder[] DemandAgreed(GroupFolder group, IReadOnlySet<long> agreed)
    {
        TimeFolder[] times = TimesOf(group);
        foreach (TimeFolder time in times)
        {
            if (!agreed.Contains(time.Time) && !group.IsProtected(time)) throw NotAgreed(group, time);
        }

        return times;
    }

    /// <summary>The snapshots of a group. One that cannot be listed must not pass for an empty one.</summary>
    /// <exception cref="PbsException">It cannot be listed.</exception>
    public static TimeFolder[] TimesOf(GroupFolder group)
    {
        TimeFolder[] times = new SnapshotTimes().Read(group, out List<ListingProblem>? problems);
        return problems?.Find(static problem => problem.Exception is not null)?.Exception is { } failure ? throw failure : times;
    }

    /// <summary>Folders that carry the marker under whatever name, also one that is passed over in listings.</summary>
    /// <exception cref="PbsException">It cannot be listed.</exception>
    public static int CountProtected(GroupFolder group)
    {
        var entries = new EntryList();
        int error = group.Folder.List(entries);
        if (error != 0)
        {
            throw new OsErrorException(error, group.FullPath).As(PbsErrorId.GroupUnremovable, $"removing group directory {PathText.Quote(group.FullPath)} failed", group.FullPath);
        }

        int count = 0;
        Folder? entry = null;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Kind(i) != EntryKind.Folder) continue;
            error = group.Folder.OpenFolder(entries.Name(i), ref entry);
            if (error == 0 ? IsProtected(entry!) : error != OsError.ENOENT) count++;
        }

        entry?.Dispose();
        return count;
    }

    /// <summary>Whether a folder carries the marker; also where that cannot be told.</summary>
    private static bool IsProtected(Folder folder) => folder.KindOf(".protected"u8, out _) != OsError.ENOENT;

    private static Folder Open(GroupFolder group, TimeFolder time, string path)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? folder = null;
        int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref folder);
        return error == 0 ? folder! : throw new OsErrorException(error, path).As(PbsErrorId.SnapshotLocked, $"unable to open snapshot directory \"{path}\" for locking", path);
    }

    /// <summary>The folder that a group's own lies in, and is removed from.</summary>
    /// <exception cref="OsErrorException">It cannot be opened.</exception>
    private Folder OpenType(GroupFolder group, string path)
    {
        using NamespaceFolder ns = NamespaceFolder.Open(store, group.Namespace);
        Folder? type = null;
        int error = ns.Folder.OpenFolder(Encoding.ASCII.GetBytes(group.Path.Type.Text()), ref type);
        return error == 0 ? type! : throw new OsErrorException(error, path);
    }

    private static PbsConflictException NotAgreed(GroupFolder group, TimeFolder time) =>
        new(PbsErrorId.GroupChanged, $"snapshot '{new SnapshotPath(group.Namespace, group.Path, time.Time)}' was not there, or was protected, when the removal of its group was planned", group.FullPath)
        {
            RecommendedAction = "Nothing was removed. Look at the group again, and repeat the removal if that snapshot may go, too.",
        };

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
