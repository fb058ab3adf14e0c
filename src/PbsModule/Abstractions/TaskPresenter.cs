using System.Management.Automation;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>The streams on which a task is presented: those of a cmdlet, or of a job.</summary>
internal interface ITaskStreams
{
    void WriteResult(object item);

    void WriteError(ErrorRecord error);

    void WriteWarning(string text);

    void WriteVerbose(string text);

    void WriteProgress(TaskProgress progress);
}

/// <summary>
/// Presents what a task tells, in one way for all who follow one. Messages name what is in a datastore, which anybody
/// may have written:
/// nothing in them reaches a stream that a terminal would obey.
/// </summary>
/// <param name="streams">Where to.</param>
internal sealed class TaskPresenter(ITaskStreams streams)
{
    /// <summary>A task that ended because somebody asked for it did not fail by itself.</summary>
    public static Core.PbsConflictException StoppedElsewhere(RunningTask task, Exception failure) =>
        new(Core.PbsErrorId.TaskStopped, $"task {task.Upid} was stopped", task.Upid.ToString(), failure);

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

    /// <summary>Presents the end of a task, when all events have been taken.</summary>
    public void End(RunningTask task)
    {
        if (task.IsUnlisted || task.LogInMemoryReason is not { } reason) return;
        streams.WriteWarning(DisplayText.Plain($"the end of the log of task {task.Upid} is lost: {reason}"));
    }
}
