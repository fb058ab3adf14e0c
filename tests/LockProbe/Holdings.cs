using PbsModule.Core.Configuration;
using PbsModule.Core.Interop;

namespace PbsModule.LockProbe;

/// <summary>What the probe can hold, by name.</summary>
internal static class Holdings
{
    /// <summary>Takes a lock without waiting; null if somebody else has it.</summary>
    public static IDisposable? Take(string what, LockMode mode, string[] where) => (what, where) switch
    {
        ("flock", [var path]) => FileLock.TryTake(NativeFile.OpenRead(path), path, mode),
        ("record", [var path]) => FileLock.TryTakeRecord(FileMutations.Default.Open(path, FileCreation.OpenExisting, 0), path, mode),
        ("lockfile", [var path]) => LockFile.TryTake(FileMutations.Default, path, mode, owner: null, LockWait.None),
        ("configuration", [var root, var file]) => ConfigurationLock.Take(new ConfigurationRoot(root), file),
        _ => throw new ArgumentException($"cannot take {what}"),
    };
}
