using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Storage.Locks;

/// <summary>
/// What is held of a store, group, snapshot or manifest: one lock in each of PBS's forms. Given back in Dispose.
/// </summary>
internal sealed class HeldLock : IDisposable
{
    private readonly List<FileLock> _locks = [];
    private readonly List<(string Path, string Below)> _files = [];

    /// <summary>
    /// Removes the lock files, for the exclusive holder of something that has just been deleted: they are of no more
    /// use.
    /// </summary>
    public void RemoveFiles(IFileMutations mutations)
    {
        foreach ((string path, string below) in _files) LockFile.Discard(mutations, path, below);
    }

    public void Dispose()
    {
        // The last one taken first, as if they had been taken one inside the other.
        for (int i = _locks.Count - 1; i >= 0; i--) _locks[i].Dispose();
        _locks.Clear();
    }

    /// <param name="taken">The lock.</param>
    /// <param name="below">The folder that lock files lie below, for one of them.</param>
    internal void Add(FileLock taken, string? below = null)
    {
        _locks.Add(taken);
        if (below is not null) _files.Add((taken.Path, below));
    }
}
