using System.Management.Automation;
using System.Runtime.ExceptionServices;
using PbsModule.Core;
using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>
/// Follows a worker task on the pipeline's thread: results, warnings, errors, lines of the log (verbose) and progress as they come. When
/// the pipeline ends early (Ctrl+C, Select-Object -First) the task is stopped and its end awaited, so that nothing is left half-done behind it.
/// </summary>
internal sealed class TaskPump(PbsCmdlet cmdlet, TimeProvider time)
{
    /// <summary>Follows a task to its end.</summary>
    /// <param name="task">The task; disposed when this returns.</param>
    /// <param name="write">What is done with a result, on this thread; null to write it to the pipeline.</param>
    /// <param name="stop">The cmdlet's stop token.</param>
    /// <returns>How it ended, when it did not fail: well, or with warnings.</returns>
    /// <exception cref="OperationCanceledException">The pipeline was stopped.</exception>
    /// <exception cref="PbsConflictException">Somebody else stopped the task.</exception>
    /// <exception cref="Exception">What the work threw.</exception>
    public TaskState Run(RunningTask task, Action<object>? write, CancellationToken stop)
    {
        using (task)
        {
            using var progress = new ProgressLine(cmdlet, task.Upid.WorkerType, time);
            while (task.Next(stop) is { } news) Take(news, write ?? cmdlet.WriteObject, progress);
            TaskState state = task.Completion.GetAwaiter().GetResult();
            if (!task.IsUnlisted && task.LogInMemoryReason is { } reason) cmdlet.WriteWarning($"the end of the log of task {task.Upid} is lost: {reason}");
            stop.ThrowIfCancellationRequested();
            if (task.Failure is { } failure) ThrowFailure(task, failure);
            return state;
        }
    }

    /// <summary>A task that ended because somebody asked for it did not fail by itself.</summary>
    internal static PbsConflictException StoppedElsewhere(RunningTask task, Exception failure) =>
        new(PbsErrorId.TaskStopped, $"task {task.Upid} was stopped", task.Upid.ToString(), failure);

    private void Take(TaskEvent news, Action<object> write, ProgressLine progress)
    {
        switch (news)
        {
            case TaskItemEvent result:
                write(result.Item);
                break;
            case TaskProgressEvent far:
                progress.Show(far.Progress);
                break;
            case TaskMessageEvent { Level: TaskLogLevel.Warning, Cause: { } cause }:
                cmdlet.WriteError(ErrorRecords.From(cause, null)!);
                break;
            case TaskMessageEvent { Level: TaskLogLevel.Warning } warning:
                cmdlet.WriteWarning(DisplayText.Plain(warning.Message));
                break;
            case TaskMessageEvent line:
                cmdlet.WriteVerbose(DisplayText.Plain(line.Message));
                break;
        }
    }

    private static void ThrowFailure(RunningTask task, Exception failure)
    {
        if (failure is OperationCanceledException) throw StoppedElsewhere(task, failure);
        ExceptionDispatchInfo.Throw(failure);
    }
}
