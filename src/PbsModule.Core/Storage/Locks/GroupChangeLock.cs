using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Locks;

/// <summary>The lock of a group whose owner or notes are to be changed.</summary>
internal static class GroupChangeLock
{
    /// <summary>
    /// Takes it, exclusive, as servers do that remove a group with its last snapshot: whoever writes a file into the
    /// folder meanwhile would leave a group without an owner. Where another scheme is in force or none can be seen, PBS
    /// takes no lock for such a change: then it is taken if possible.
    /// </summary>
    /// <param name="locks">The locks of the datastore.</param>
    /// <param name="group">The group, open.</param>
    /// <returns>What is held; null without a lock.</returns>
    /// <exception cref="PbsLockedException">A backup of the group is running.</exception>
    /// <exception cref="PbsStorageException">The group is gone, or the lock file cannot be made.</exception>
    public static HeldLock? GroupToChange(this DatastoreLocks locks, GroupFolder group)
    {
        try
        {
            return locks.Group(
                group.Namespace,
                group.Path,
                group.FullPath,
                LockMode.Exclusive,
                "possible running backup",
                group.Folder);
        }
        catch (PbsException) when (locks.Scheme != LockScheme.Files)
        {
            return null;
        }
    }
}
