using System.Management.Automation;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Presentation;

/// <summary>The streams to which a task is presented: those of a cmdlet or of a job.</summary>
internal interface ITaskStreams
{
    void WriteResult(object item);

    void WriteError(ErrorRecord error);

    void WriteWarning(string text);

    void WriteVerbose(string text);

    void WriteProgress(TaskProgress progress);
}

/// <summary>
/// Presents a task's events, in the same way for cmdlets and jobs. Messages contain names from a datastore, which
/// anyone may have written: control characters for terminals are removed.
/// </summary>
/// <param name="streams">Receive the output.</param>
internal sealed class TaskPresenter(ITaskStreams streams)
{
    /// <summary>Makes the error for a task that ended because its stop was requested elsewhere.</summary>
    public static PbsModule.Core.Errors.PbsConflictException StoppedElsewhere(RunningTask task, Exception failure) =>
        new(
            PbsModule.Core.Errors.PbsErrorId.TaskStopped,
            $"task {task.Upid} was stopped",
            task.Upid.ToString(),
            failure);

    /// <summary>Presents one event.</summary>
    public void Take(TaskEvent news)
    {
        switch (news)
        {
            case TaskItemEvent result:
                streams.WriteResult(result.Item);
                break;
            case TaskProgressEvent far:
                streams.WriteProgress(far.Progress);
                break;
            case TaskMessageEvent { Level: TaskLogLevel.Warning, Cause: { } cause }:
                streams.WriteError(ErrorRecords.From(cause, null)!);
                break;
            case TaskMessageEvent { Level: TaskLogLevel.Warning } warning:
                streams.WriteWarning(DisplayText.Plain(warning.Message));
                break;
            case TaskMessageEvent line:
                streams.WriteVerbose(DisplayText.Plain(line.Message));
                break;
        }
    }

    /// <summary>Presents the end of a task, after all its events.</summary>
    public void End(RunningTask task)
    {
        if (task.IsUnlisted || task.LogInMemoryReason is not { } reason) return;
        streams.WriteWarning(DisplayText.Plain($"the end of the log of task {task.Upid} is lost: {reason}"));
    }
}
