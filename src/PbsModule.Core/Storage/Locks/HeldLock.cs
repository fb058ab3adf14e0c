using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>What is held of a store, group, snapshot or manifest: one lock in each of PBS's forms. Given back in Dispose.</summary>
internal sealed class HeldLock : IDisposable
{
    private readonly List<FileLock> _locks = [];
    private readonly List<string> _files = [];

    /// <summary>Removes the lock files, for the exclusive holder of something that has just been deleted: they are of no more use.</summary>
    public void RemoveFiles(IFileMutations mutations)
    {
        foreach (string file in _files) AtomicFile.Discard(mutations, file);
    }

    public void Dispose()
    {
        // The last one taken first, as if they had been taken one inside the other.
        for (int i = _locks.Count - 1; i >= 0; i--) _locks[i].Dispose();
        _locks.Clear();
    }

    internal void Add(FileLock taken, bool isLockFile = false)
    {
        _locks.Add(taken);
        if (isLockFile) _files.Add(taken.Path);
    }
}
