using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Gate;

/// <summary>Grants callers access to one snapshot, locked for reading.</summary>
internal static class SnapshotGate
{
    /// <summary>PBS's reason for its own readers.</summary>
    private const string InUse = "locked by another operation";

    /// <summary>
    /// Grants reading of a snapshot, checked as in <see cref="DatastoreGate.EnterGroup"/>. A shared lock, as every
    /// version of PBS takes it, is held until the result is disposed. Nothing is created if the server's run directory
    /// does not exist.
    /// </summary>
    /// <param name="gate">The gate.</param>
    /// <param name="entry">The operation.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="mutations">Makes all changes to disk; used for lock files.</param>
    /// <param name="onUnlocked">
    /// Receives a warning if not all locks can be taken; the snapshot is read all the same.
    /// </param>
    /// <exception cref="PbsNotFoundException">The namespace, the group or the snapshot does not exist.</exception>
    /// <exception cref="PbsLockedException">Another process holds the snapshot exclusively.</exception>
    /// <exception cref="PbsException">As for <see cref="DatastoreGate.EnterGroup"/>.</exception>
    public static SnapshotGrant EnterSnapshot(
        this DatastoreGate gate,
        Entry entry,
        DatastoreContext store,
        SnapshotPath snapshot,
        IFileMutations mutations,
        Action<ListingProblem>? onUnlocked)
    {
        using GroupGrant grant = gate.EnterGroup(entry, store, snapshot.Namespace, snapshot.Group);
        TimeFolder time = SnapshotLookup.Find(grant.Group, snapshot);
        HeldLock held = LockToRead(grant, snapshot, time, mutations, onUnlocked);
        return new SnapshotGrant(grant.Identity, new FolderContent(grant.Group, time, held));
    }

    private static HeldLock LockToRead(
        GroupGrant grant,
        SnapshotPath snapshot,
        TimeFolder time,
        IFileMutations mutations,
        Action<ListingProblem>? onUnlocked)
    {
        DatastoreContext store = grant.Store;
        string runRoot = WriteGate.RunRootOf(store);
        string folder = new SnapshotPlace(grant.Group, time).Path;
        var locks = new DatastoreLocks(grant.Group.Store.Path, store.Name, runRoot, mutations, TimeProvider.System);
        List<PbsException> leftOut = [];
        HeldLock held;
        try
        {
            held = locks.SnapshotToRead(snapshot, folder, InUse, leftOut);
        }
        catch (PbsStorageException) when (!Directory.Exists(folder))
        {
            throw SnapshotLookup.NotFound(grant.Group.Store, snapshot);
        }

        if (onUnlocked is not null && WhyUnlocked(
            store,
            $"snapshot '{snapshot}' is",
            snapshot.ToString(),
            leftOut) is { } problem)
        {
            onUnlocked(problem);
        }
        return held;
    }

    /// <summary>
    /// Returns what to report: a warning if a server may use the store, less on a copy or a separate disk.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="subject">What is read, with its verb.</param>
    /// <param name="target">The target of the problem.</param>
    /// <param name="leftOut">The locks that cannot be taken.</param>
    public static ListingProblem? WhyUnlocked(
        DatastoreContext store,
        string subject,
        string target,
        IReadOnlyList<PbsException> leftOut)
    {
        const string risk = "A server that removes it meanwhile does not notice.";
        string what = $"{subject} read without", runRoot = WriteGate.RunRootOf(store);
        if (leftOut.Count > 0)
        {
            ListingProblemKind kind = NativeCode.HasLinux && Directory.Exists(runRoot)
                ? ListingProblemKind.Warning
                : ListingProblemKind.Information;
            return Problem(
                $"{what} {(leftOut.Count > 1 ? "its locks" : "one of its locks")}: {leftOut[0].Message}. {risk}",
                kind,
                leftOut[0]);
        }

        if (store.Name is not null || !NativeCode.HasLinux || !Directory.Exists(runRoot)) return null;
        string reason = $"{what} a lock file: the datastore is opened by its path alone, and lock files go by its name";
        bool isLive = LiveDaemon.Find(runRoot, ProcessTable.Default).Count > 0;
        return isLive
            ? Problem(
                $"{reason}. If it belongs to the server on this host, connect with Connect-PbsServer. {risk}",
                ListingProblemKind.Warning,
                null)
            : Problem(reason, ListingProblemKind.Information, null);

        ListingProblem Problem(string message, ListingProblemKind kind, PbsException? cause) =>
            new(PbsErrorId.LocksNotVisible, message, target, kind, cause);
    }
}
