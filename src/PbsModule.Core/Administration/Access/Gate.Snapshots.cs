using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Grants callers access to one snapshot, locked for reading.</summary>
internal static class SnapshotGate
{
    /// <summary>PBS's reason for its own readers.</summary>
    private const string InUse = "locked by another operation";

    /// <summary>
    /// Grants reading of a snapshot, checked as in <see cref="Gate.EnterGroup"/>. A shared lock, as every version of PBS
    /// takes it, is held until the result is disposed. Nothing is created if the server's run directory does not exist.
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
    /// <exception cref="PbsException">As for <see cref="Gate.EnterGroup"/>.</exception>
    public static SnapshotPassage EnterSnapshot(
        this Gate gate,
        Entry entry,
        DatastoreContext store,
        SnapshotPath snapshot,
        IFileMutations mutations,
        Action<ListingProblem>? onUnlocked)
    {
        GroupPassage passage = gate.EnterGroup(entry, store, snapshot.Namespace, snapshot.Group);
        try
        {
            if (!SnapshotLookup.TryFind(new SnapshotTimes(), passage.Group, snapshot.Time, out TimeFolder time))
            {
                throw SnapshotLookup.NotFound(passage.Group.Store, snapshot);
            }

            return new SnapshotPassage(passage, time, LockToRead(passage, snapshot, time, mutations, onUnlocked));
        }
        catch
        {
            passage.Dispose();
            throw;
        }
    }

    private static HeldLock LockToRead(
        GroupPassage passage,
        SnapshotPath snapshot,
        TimeFolder time,
        IFileMutations mutations,
        Action<ListingProblem>? onUnlocked)
    {
        DatastoreContext store = passage.Store;
        string runRoot = WriteGate.RunRootOf(store);
        string folder = new SnapshotPlace(passage.Group, time).Path;
        var locks = new DatastoreLocks(passage.Group.Store.Path, store.Name, runRoot, mutations, TimeProvider.System);
        List<PbsException> leftOut = [];
        HeldLock held;
        try
        {
            held = locks.SnapshotToRead(snapshot, folder, InUse, leftOut);
        }
        catch (PbsStorageException) when (!Directory.Exists(folder))
        {
            throw SnapshotLookup.NotFound(passage.Group.Store, snapshot);
        }

        if (onUnlocked is not null && WhyUnlocked(store, snapshot, runRoot, leftOut) is { } problem)
        {
            onUnlocked(problem);
        }
        return held;
    }

    /// <summary>
    /// Returns what to report: a warning if a server may use the store, less on a copy or a separate disk.
    /// </summary>
    private static ListingProblem? WhyUnlocked(
        DatastoreContext store,
        SnapshotPath snapshot,
        string runRoot,
        List<PbsException> leftOut)
    {
        const string risk = "A server that removes it meanwhile does not notice.";
        string what = $"snapshot '{snapshot}' is read without";
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
            new(PbsErrorId.LocksNotVisible, message, snapshot.ToString(), kind, cause);
    }
}
