using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tasks;

/// <summary>What a task's log tells of its end.</summary>
internal static class TaskLogFile
{
    /// <summary>How a task ended, as its log tells.</summary>
    /// <exception cref="OsErrorException">There is no log, or it cannot be read.</exception>
    /// <exception cref="PbsFormatException">Its last line is no text.</exception>
    public static TaskState ReadState(TaskFolder folder, Upid upid)
    {
        string path = folder.LogPath(upid) ?? throw new OsErrorException(OsError.ENOENT, null);
        using SafeFileHandle file = NativeFile.OpenRead(path);
        try
        {
            byte[] tail = new byte[TaskLogText.TailLength];
            long start = Math.Max(0, RandomAccess.GetLength(file) - tail.Length);
            int length = 0, read;
            while (length < tail.Length && (read = RandomAccess.Read(file, tail.AsSpan(length), start + length)) > 0) length += read;
            return TaskLogText.ReadState(tail.AsSpan(0, length), upid.StartTime);
        }
        catch (Exception e) when (e is not OsErrorException && OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, path);
        }
    }

    /// <summary>As <see cref="ReadState"/>; unknown, and ended now, where the log does not tell.</summary>
    public static TaskState ReadStateOrUnknown(TaskFolder folder, Upid upid)
    {
        try
        {
            return ReadState(folder, upid);
        }
        catch (Exception e) when (e is OsErrorException or PbsFormatException)
        {
            return new TaskState(TaskStateKind.Unknown, folder.Now);
        }
    }
}
