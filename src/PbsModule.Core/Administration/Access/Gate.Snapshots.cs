using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>The reason that PBS gives to its own readers.</summary>
    private const string InUse = "locked by another operation";

    /// <summary>
    /// As <see cref="EnterGroup"/>, to read what is in a snapshot: it is locked shared, as every version of PBS locks
    /// it, until the result is disposed. Nothing is made where there is no run directory of a server.
    /// </summary>
    /// <param name="entry">The operation.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="mutations">The seam, for lock files.</param>
    /// <param name="onUnlocked">
    /// Told where the lock cannot be taken as a whole; the snapshot is read all the same.
    /// </param>
    /// <exception cref="PbsNotFoundException">The namespace, the group or the snapshot is not there.</exception>
    /// <exception cref="PbsLockedException">The snapshot is held exclusively.</exception>
    /// <exception cref="PbsException">As for <see cref="EnterGroup"/>.</exception>
    public SnapshotPassage EnterSnapshot(
        Entry entry,
        DatastoreContext store,
        SnapshotPath snapshot,
        IFileMutations mutations,
        Action<ListingProblem>? onUnlocked)
    {
        GroupPassage passage = EnterGroup(entry, store, snapshot.Namespace, snapshot.Group);
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
        string runRoot = RunRootOf(store);
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
    /// What the caller is to know: loud where a server may be at work on the store, quiet on a copy or a disk of its
    /// own.
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
