using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Locks;

/// <summary>The errors for locks that cannot be taken.</summary>
internal static class LockFailure
{
    /// <summary>A lock cannot be taken, for another reason than that it is held.</summary>
    /// <param name="e">The system's reason.</param>
    /// <param name="what">What was tried, in PBS's words.</param>
    /// <param name="target">Full path of what was to be locked.</param>
    public static PbsException Of(OsErrorException e, string what, string target)
    {
        string message = $"{what} - {e.Message}";
        return e.Errno switch
        {
            OsError.EACCES or OsError.EPERM => new PbsPermissionException(PbsErrorId.LockDenied, message, target, e),
            OsError.EROFS => new PbsStorageException(PbsErrorId.FileSystemReadOnly, message, target, e),
            _ => new PbsStorageException(PbsErrorId.LockUnavailable, message, target, e),
        };
    }

    /// <summary>Another process holds the lock of the store.</summary>
    /// <param name="storePath">Full path of the store.</param>
    /// <param name="mode">The mode that was requested.</param>
    public static PbsLockedException StoreBusy(string storePath, LockMode mode) =>
        new(PbsErrorId.DatastoreLocked, $"unable to get {Name(mode)} lock - EAGAIN", storePath)
        {
            RecommendedAction = mode == LockMode.Exclusive
                ? "A backup, a sync or a garbage collection is at work on the datastore, or a server holds it. Run it "
                    + "again when that has ended."
                : "A garbage collection is at work on the datastore. Run it again when that has ended.",
        };

    /// <summary>Another process holds the lock of a manifest.</summary>
    /// <param name="path">Full path of the lock file.</param>
    /// <param name="limit">The time that was waited.</param>
    public static PbsLockedException ManifestBusy(string path, TimeSpan limit) =>
        new(
            PbsErrorId.ManifestLocked,
            $"unable to acquire manifest lock \"{path}\" - held by another process for {limit.TotalSeconds} s",
            path);

    /// <summary>PBS's word for a mode.</summary>
    public static string Name(LockMode mode) => mode == LockMode.Shared ? "shared" : "exclusive";
}
