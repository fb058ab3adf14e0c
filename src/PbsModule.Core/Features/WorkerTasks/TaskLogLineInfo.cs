using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Features.WorkerTasks;

/// <summary>A line of a task's log. Its text is the line.</summary>
public sealed class TaskLogLineInfo
{
    private readonly (DateTimeOffset? Time, string Message) _parts;

    internal TaskLogLineInfo(Upid task, long number, string text)
    {
        Upid = task.ToString();
        LineNumber = number;
        Text = text;
        _parts = TaskLogText.Split(text);
    }

    /// <summary>UPID of the task.</summary>
    public string Upid { get; }

    /// <summary>Number of the line, starting at 1.</summary>
    public long LineNumber { get; }

    /// <summary>Time of the line, UTC; null for the further lines of a long message.</summary>
    public DateTimeOffset? Time => _parts.Time;

    /// <summary>The line without its time.</summary>
    public string Message => _parts.Message;

    /// <summary>The whole line, as it is in the file.</summary>
    public string Text { get; }

    public override string ToString() => Text;
}
