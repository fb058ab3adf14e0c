using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// The list in which a server of 4.x writes the new paths of indexes before it moves their snapshots, for the
/// collection that is under way. Whoever collects empties it once its indexes are marked.
/// </summary>
internal static class MovedIndexes
{
    private const int MaxLength = 64 << 20;

    // A mover waits as long.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Full paths of indexes, each once; none where there is no list. They need not be there: not yet, or not any more.
    /// </summary>
    /// <param name="journal">Full path of the list.</param>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static IEnumerable<string> Read(string journal)
    {
        byte[]? content;
        try
        {
            content = NativeFile.TryReadAll(journal, MaxLength);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to read move journal {PathText.Quote(journal)}", journal);
        }

        return content is null ? [] : Encoding.UTF8.GetString(content).Split('\n')
            .Where(static path => Path.IsPathRooted(path) && IndexFile.TryKindOf(path, out _)).Distinct();
    }

    /// <summary>
    /// Marks what is listed and empties the list, both under the lock that a mover takes to write into it: nothing is
    /// lost that was written in between.
    /// </summary>
    /// <param name="journal">Full path of the list.</param>
    /// <param name="mutations">The seam.</param>
    /// <param name="mark">Marks an index.</param>
    /// <param name="time">Measures how long the lock is waited for.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Why it is left as it is; null where it is empty now. What stays in it does no harm.</returns>
    /// <exception cref="PbsException">An index cannot be marked, or the list not be read.</exception>
    public static string? Empty(
        string journal,
        IFileMutations mutations,
        Action<string> mark,
        TimeProvider time,
        CancellationToken cancellation)
    {
        if (!NativeCode.HasLinux) return null;
        try
        {
            FileLock? taken = null;
            bool isOver = new LockWait(Limit, time, cancellation).Until(() => TryLock(journal, out taken));
            if (!isOver) return $"it was locked by another process for {Limit.TotalSeconds} s";
            if (taken is null) return null;
            using FileLock held = taken;
            foreach (string path in Read(journal)) mark(path);
            mutations.Truncate(held.File, 0);
            return null;
        }
        catch (OsErrorException e)
        {
            return e.Message;
        }
    }

    /// <summary>True with the lock, or without it where there is no list.</summary>
    private static bool TryLock(string journal, out FileLock? taken)
    {
        taken = null;
        SafeFileHandle? file = NativeFile.TryOpen(journal, LibC.ORdWr | LibC.ONoFollow, out int errno);
        if (file is null) return errno == OsError.ENOENT ? true : throw new OsErrorException(errno, journal);
        taken = FileLock.TryTake(file, journal, LockMode.Exclusive);
        if (taken is null || taken.IsStillAtPath()) return taken is not null;
        taken.Dispose();
        taken = null;
        return false;
    }
}
