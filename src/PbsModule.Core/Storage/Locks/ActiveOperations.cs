using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Storage.Locks;

/// <summary>What an operation does with a datastore.</summary>
internal enum OperationKind
{
    Read,
    Write,
}

/// <summary>
/// PBS's count of the operations on a datastore, which its maintenance modes wait for. Entries of processes that are
/// gone are dropped; our own is always added (3.2.4 forgets to while another process has one).
/// </summary>
/// <param name="runRoot">PBS's run directory; without one nobody counts.</param>
/// <param name="store">Registered name of the datastore.</param>
/// <param name="processes">Who runs.</param>
/// <param name="mutations">The seam.</param>
/// <param name="time">Measures the wait for the file's lock.</param>
internal sealed class ActiveOperations(
    string runRoot,
    string store,
    ProcessTable processes,
    IFileMutations mutations,
    TimeProvider time)
{
    private const int FileMode = 0x1B0; // 0660
    private const int FolderMode = 0x1ED; // 0755
    private const int MaxLength = 1 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _folder = Path.Combine(runRoot, "active-operations");

    private string FilePath => Path.Combine(_folder, store);

    /// <summary>Operations under way, of all processes that run.</summary>
    /// <exception cref="PbsFormatException">The file is damaged.</exception>
    /// <exception cref="PbsStorageException">The file cannot be read.</exception>
    public (long Reads, long Writes) Totals()
    {
        long reads = 0, writes = 0;
        foreach (ActiveOperation operation in Load())
        {
            if (!IsRunning(operation)) continue;
            reads += operation.Reads;
            writes += operation.Writes;
        }

        return (reads, writes);
    }

    /// <summary>
    /// Counts an operation until the result is disposed. Does nothing where there is no run directory.
    /// </summary>
    /// <exception cref="PbsLockedException">The file's lock was not to be had for 10 s.</exception>
    /// <exception cref="PbsFormatException">The file is damaged.</exception>
    /// <exception cref="PbsStorageException">The file cannot be read or replaced.</exception>
    public IDisposable Register(OperationKind kind, CancellationToken cancellation)
    {
        if (!Directory.Exists(runRoot)) return new Registration(null, kind);
        Add(kind, 1, cancellation);
        return new Registration(this, kind);
    }

    private void Add(OperationKind kind, int delta, CancellationToken cancellation)
    {
        try
        {
            FileOwner? owner = FileOwner.ForNewFilesIn(runRoot, orBackup: true);
            OwnedPath.EnsureDirectory(mutations, runRoot, _folder, FolderMode, owner);
            string lockFile = FilePath + ".lock";
            using FileLock held = LockFile.TryTake(
                mutations,
                lockFile,
                LockMode.Exclusive,
                owner,
                new LockWait(Limit, time, cancellation))
                ?? throw new PbsLockedException(
                    PbsErrorId.ActiveOperationsUnavailable,
                    $"unable to acquire lock \"{lockFile}\" - held by another process for {Limit.TotalSeconds} s",
                    lockFile);
            AtomicFile.Replace(
                mutations,
                FilePath,
                ActiveOperationsText.Format(Counted(Load(), kind, delta)),
                FileMode,
                owner,
                Durability.Rename);
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.ActiveOperationsUnavailable,
                $"unable to update active operations \"{FilePath}\"",
                FilePath);
        }
    }

    private List<ActiveOperation> Counted(List<ActiveOperation> operations, OperationKind kind, int delta)
    {
        ProcessIdentity self = processes.Current;
        operations.RemoveAll(o => !IsRunning(o));
        int own = operations.FindIndex(o => o.Pid == self.Id);
        ActiveOperation entry = own < 0 ? new ActiveOperation((uint)self.Id, self.Start, 0, 0) : operations[own];
        entry = kind == OperationKind.Read ? entry with
        {
            Reads = entry.Reads + delta,
        } : entry with { Writes = entry.Writes + delta };
        if (own < 0) operations.Add(entry);
        else operations[own] = entry;
        return operations;
    }

    private bool IsRunning(ActiveOperation operation) =>
        operation.Pid <= int.MaxValue && processes.IsRunning(new ProcessIdentity((int)operation.Pid, operation.Start));

    private List<ActiveOperation> Load()
    {
        try
        {
            byte[]? content = NativeFile.TryReadAll(FilePath, MaxLength);
            return content is null ? [] : ActiveOperationsText.Parse(content);
        }
        catch (PbsFormatException e)
        {
            throw e.In(FilePath);
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.ActiveOperationsUnavailable,
                $"unable to read active operations \"{FilePath}\"",
                FilePath);
        }
    }

    private sealed class Registration(ActiveOperations? counter, OperationKind kind) : IDisposable
    {
        private ActiveOperations? _counter = counter;

        /// <summary>
        /// Takes the operation off the count. A failure is nobody's loss: the entry ends with the process.
        /// </summary>
        public void Dispose()
        {
            try
            {
                Interlocked.Exchange(ref _counter, null)?.Add(kind, -1, CancellationToken.None);
            }
            catch (PbsException)
            {
                // See above; what was being done is done.
            }
        }
    }
}
