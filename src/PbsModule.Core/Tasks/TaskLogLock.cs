using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// Locks on a task's log by which our own workers and those who ask about them understand each other, across runspaces
/// and processes and with nothing left behind: the worker holds the first byte while it runs; who wants it to stop
/// holds the second until the worker answers by holding the third. PBS locks no logs and is not disturbed. Linux only.
/// </summary>
internal static class TaskLogLock
{
    private static readonly (long, long) Running = (0, 1);
    private static readonly (long, long) StopRequest = (1, 1);
    private static readonly (long, long) StopAnswer = (2, 1);

    /// <summary>The worker's part; null where there are no such locks.</summary>
    public static FileLock? Hold(string log) => Take(log, Running);

    /// <summary>
    /// True if a worker holds the log. Where that cannot be found out, it is taken to run as long as its process.
    /// </summary>
    public static bool IsHeld(string log) => IsTaken(log, Running, otherwise: true);

    /// <summary>True if a worker holds the log that heeds the requests of others.</summary>
    public static bool TakesRequests(string log) => IsTaken(log, Running, otherwise: false);

    /// <summary>True if somebody asks the worker to stop.</summary>
    public static bool IsStopRequested(FileLock worker) =>
        !FileLock.IsRecordFree(worker.File, worker.Path, StopRequest);

    /// <summary>The worker's answer, held until its log is closed.</summary>
    public static FileLock? Answer(string log) => Take(log, StopAnswer);

    /// <summary>
    /// Asks the worker of another runspace or process to stop. Needs the right to write the log, which only the
    /// worker's own account and root have.
    /// </summary>
    /// <returns>True if the worker has heard it or is gone; false if nobody holds the log, as PBS's own daemons do not,
    /// or nobody answers.</returns>
    /// <exception cref="OsErrorException">The log is not there, or not ours to write.</exception>
    public static bool RequestStop(string log, LockWait wait)
    {
        if (!TakesRequests(log)) return false;
        using FileLock? request = FileLock.TryTakeRecord(
            FileMutations.Default.Open(log, FileCreation.OpenExisting, 0),
            log,
            LockMode.Exclusive,
            StopRequest);

        // If somebody else is already asking, his request serves us as well.
        return wait.Until(() => IsTaken(log, StopAnswer, otherwise: false) || !IsTaken(log, Running, otherwise: true));
    }

    private static FileLock? Take(string log, (long, long) part)
    {
        if (!NativeCode.HasLinux) return null;
        SafeFileHandle? file = NativeFile.TryOpen(log, LibC.ORdWr | LibC.ONoFollow, out int errno);
        return file is null
            ? throw new OsErrorException(errno, log)
            : FileLock.TryTakeRecord(file, log, LockMode.Exclusive, part);
    }

    private static bool IsTaken(string log, (long, long) part, bool otherwise)
    {
        if (!NativeCode.HasLinux) return otherwise;
        using SafeFileHandle? file = NativeFile.TryOpen(log, LibC.ORdOnly | LibC.ONonBlock, out int errno);
        if (file is null) return errno != OsError.ENOENT && otherwise;
        try
        {
            return !FileLock.IsRecordFree(file, log, part);
        }
        catch (OsErrorException)
        {
            return otherwise;
        }
    }
}
