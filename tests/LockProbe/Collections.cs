using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.LockProbe;

/// <summary>Collects the garbage of a store, for somebody who kills this process while it does.</summary>
internal sealed class Collections : IGarbageReport
{
    /// <returns>Chunks that were removed.</returns>
    public static long Run(string path)
    {
        var locks = new DatastoreLocks(path, null, Path.Combine(path, "no-run-directory"), FileMutations.Default, TimeProvider.System);
        using HeldLock held = locks.Store(LockMode.Exclusive);
        var store = Datastore.Open(path, path, FolderAccess.Default);
        return new GarbageCollection(store, FileMutations.Default, new GarbageCollectionSettings(), new Collections()).Run(null, CancellationToken.None).RemovedChunks;
    }

    public void Log(string line)
    {
    }

    public void Warn(string message)
    {
    }

    public void Refuse(PbsException problem) => throw problem;

    public void Progress(string status, long done, long total)
    {
    }
}
