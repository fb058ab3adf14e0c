using PbsModule.Core.Errors;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage.Locks;

/// <summary>The error for a lock that could not be taken for another reason than that somebody holds it.</summary>
internal static class LockFailure
{
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
}
