using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Takes the shared lock of each snapshot that is verified, in every form. Where a state is recorded all of them are
/// needed; where the snapshot is only read, a form that is impossible here is left out, as for any other reader.
/// </summary>
/// <param name="locks">The store's locks.</param>
/// <param name="records">Whether states are recorded.</param>
internal sealed class VerifyLocks(DatastoreLocks locks, bool records)
{
    private const string WhenBusy = "possibly running or in use";

    private volatile List<PbsException>? _leftOut;

    /// <summary>The forms that had to be left out; null where no snapshot was locked yet.</summary>
    public IReadOnlyList<PbsException>? LeftOut => _leftOut;

    /// <summary>Locks a snapshot whose folder is open.</summary>
    /// <exception cref="PbsException">Its lock cannot be taken.</exception>
    public HeldLock Take(GroupFolder group, TimeFolder time, Folder folder)
    {
        if (records) return locks.Snapshot(group, time, folder, LockMode.Shared, WhenBusy);
        List<PbsException> leftOut = [];
        HeldLock held = locks.SnapshotToRead(group, time, folder, WhenBusy, leftOut);
        if (_leftOut is null || (_leftOut.Count == 0 && leftOut.Count > 0)) _leftOut = leftOut;
        return held;
    }
}
