using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// Brings the task lists up to date at the start and the end of a task, under their exclusive lock: tasks that are over
/// go from <c>active</c> to <c>archive</c>. They are appended before they are taken out, and appended once: a crash in
/// between loses no task, and the next update finds it where it is.
/// </summary>
internal sealed class TaskUpdate(TaskFolder folder)
{
    // As much of the archive's end as any update may have appended before it was cut off.
    private const int SearchedTail = 256 << 10;

    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10);

    /// <summary>Updates the lists.</summary>
    /// <param name="started">A task that runs from now on, or null.</param>
    /// <param name="finished">A task that is over although its process lives, or null.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <param name="state">How the finished task ended, where its log does not tell.</param>
    /// <exception cref="PbsLockedException">The lock was not to be had for 10 s.</exception>
    /// <exception cref="PbsFormatException">The list of active tasks is no text; it is left as it is.</exception>
    /// <exception cref="PbsStorageException">A list cannot be read or written.</exception>
    public void Run(Upid? started, Upid? finished, CancellationToken cancellation, TaskState? state = null)
    {
        try
        {
            using FileLock held = LockFile.TryTake(
                folder.Mutations,
                folder.Lock,
                LockMode.Exclusive,
                folder.Owner,
                new LockWait(LockLimit, folder.Time, cancellation))
                ?? throw new PbsLockedException(
                    PbsErrorId.TaskListLocked,
                    $"unable to acquire lock \"{folder.Lock}\" - held by another process for {LockLimit.TotalSeconds} "
                        + "s",
                    folder.Lock);
            UpdateLocked(started, finished, state);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.TaskListUnwritable, $"unable to update task lists in \"{folder.Path}\"", folder.Path);
        }
    }

    private void UpdateLocked(Upid? started, Upid? finished, TaskState? state)
    {
        List<TaskListEntry> index = Read(folder.Index), active = Read(folder.Active);
        var over = new List<TaskListEntry>();
        var running = new List<TaskListEntry>();
        foreach (TaskListEntry entry in index.Concat(active))
        {
            if (!entry.IsRunning) over.Add(entry);
            else if (entry.Upid != finished && (IsForeign(entry.Upid) || folder.IsRunning(entry.Upid)))
            {
                running.Add(entry);
            }
            else
            {
                over.Add(entry with
                {
                    State =
                        (entry.Upid == finished ? state : null) ?? TaskLogFile.ReadStateOrUnknown(folder, entry.Upid),
                });
            }
        }

        // A task that could not be entered when it began, on a disk that was full, is not lost for that.
        if (finished is not null && !over.Exists(entry => entry.Upid == finished))
        {
            over.Add(new TaskListEntry(finished, state ?? TaskLogFile.ReadStateOrUnknown(folder, finished)));
        }

        if (started is not null) running.Add(new TaskListEntry(started, null));
        if (over.Count > 0) Append([.. over.OrderBy(e => e.State!.Value.EndTime)]);
        AtomicFile.Replace(
            folder.Mutations,
            folder.Active,
            TaskListText.Format(running),
            TaskFolder.ListMode,
            folder.Owner,
            Durability.Rename);
        if (File.Exists(folder.Index)) folder.Mutations.Unlink(folder.Index);
    }

    /// <summary>
    /// A process of another host, whose logs we were given, cannot be judged from here; PBS itself may, there.
    /// </summary>
    private bool IsForeign(Upid upid) => upid.Node != folder.Node;

    /// <summary>Lines that are no entries are dropped with the update, as by PBS.</summary>
    private static List<TaskListEntry> Read(string path)
    {
        List<TaskListEntry> entries =
            TaskListFile.Read(path, TaskDamage.AsServer, static _ => { }, out PbsException? failure);
        return failure is null ? entries : throw failure;
    }

    private void Append(IReadOnlyList<TaskListEntry> over)
    {
        OwnedPath.TryCreateFile(folder.Mutations, folder.Archive, TaskFolder.ListMode, folder.Owner);
        (long length, long cut, bool needsLineFeed) = MeasureArchive(over, out HashSet<Upid> there);
        byte[] lines = TaskListText.Format(over.Where(e => !there.Contains(e.Upid)));
        if (lines.Length == 0) return;
        using SafeFileHandle archive = folder.Mutations.Open(folder.Archive, FileCreation.AppendExisting, 0);
        if (cut < length) folder.Mutations.Truncate(archive, cut);
        try
        {
            folder.Mutations.Write(archive, needsLineFeed ? [(byte)'\n', .. lines] : lines);
        }
        catch (OsErrorException)
        {
            folder.Mutations.Truncate(archive, cut);
            throw;
        }
    }

    /// <summary>
    /// Looks at the end of the archive: which of the tasks are there already, and whether the last line is whole. What
    /// a crash has torn is cut off when it cannot be read, or belongs to a task that is now appended anew.
    /// </summary>
    private (long Length, long Cut, bool NeedsLineFeed) MeasureArchive(
        IReadOnlyList<TaskListEntry> over,
        out HashSet<Upid> there)
    {
        using SafeFileHandle archive = NativeFile.OpenRead(folder.Archive);
        ReadOnlySpan<byte> whole = NativeFile.ReadEnd(archive, SearchedTail, out long length);
        int end = whole.LastIndexOf((byte)'\n') + 1;
        HashSet<Upid> wanted = [.. over.Select(e => e.Upid)];
        there = [.. TaskListText.Parse(whole[..end], TaskDamage.ReadOn, static _ => { }).Select(e =>
            e.Upid).Where(wanted.Contains)];
        if (end == whole.Length) return (length, length, false);

        List<TaskListEntry> last = TaskListText.Parse(whole[end..], TaskDamage.ReadOn, static _ => { });
        bool keep = last is [{ IsRunning: false } entry] && !wanted.Contains(entry.Upid);
        return (length, keep ? length : length - (whole.Length - end), keep);
    }
}
