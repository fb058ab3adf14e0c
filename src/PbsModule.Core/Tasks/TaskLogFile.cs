using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

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
        byte[] tail = NativeFile.ReadEnd(file, TaskLogText.TailLength, out _);
        return TaskLogText.ReadState(tail, upid.StartTime, folder.HasLongResults);
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
