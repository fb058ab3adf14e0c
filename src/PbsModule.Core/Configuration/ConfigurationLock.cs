using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Configuration;

/// <summary>
/// PBS's lock on a configuration file: exclusive, on a file beside it (<c>.acl.lck</c> for acl.cfg), asked for up to 10
/// s. Whoever changes the configuration holds it from before he reads the old state until the new one is in place.
/// </summary>
public sealed class ConfigurationLock : IDisposable
{
    public const string AclFile = ".acl.lck";
    public const string DatastoreFile = ".datastore.lck";
    public const string UserFile = ".user.lck";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FileLock _held;

    private ConfigurationLock(FileLock held) => _held = held;

    /// <param name="root">The configuration folder, which must exist.</param>
    /// <param name="lockFile">Name of the lock file, for instance <see cref="AclFile"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="PbsLockedException">Held by somebody else for 10 s.</exception>
    /// <exception cref="PbsPermissionException">The lock file cannot be made or opened by this account.</exception>
    /// <exception cref="PbsStorageException">It cannot be made or opened.</exception>
    public static ConfigurationLock Take(
        ConfigurationRoot root,
        string lockFile,
        CancellationToken cancellation = default) =>
        Take(root, lockFile, FileMutations.Default, TimeProvider.System, cancellation);

    internal static ConfigurationLock Take(
        ConfigurationRoot root,
        string lockFile,
        IFileMutations mutations,
        TimeProvider time,
        CancellationToken cancellation)
    {
        string path = root.PathOf(lockFile);
        string failure = $"Unable to acquire lock \"{path}\"";
        try
        {
            FileOwner? owner = FileOwner.ForNewFilesIn(root.Path, orBackup: true);
            FileLock? held =
                LockFile.TryTake(mutations, path, LockMode.Exclusive, owner, new LockWait(Limit, time, cancellation));
            return held is null
                ? throw new PbsLockedException(
                    PbsErrorId.ConfigurationLocked,
                    $"{failure} - held by another process for {Limit.TotalSeconds} s",
                    path)
                : new ConfigurationLock(held);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.ConfigurationUnwritable, failure, path);
        }
    }

    public void Dispose() => _held.Dispose();
}
