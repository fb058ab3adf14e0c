using System.Management.Automation;
using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;

namespace PbsModule.Cmdlets;

/// <summary>
/// Follows a worker task on the pipeline's thread: writes results, warnings, errors, log lines (verbose) and progress
/// as they arrive. If the pipeline ends early (Ctrl+C, Select-Object -First), the task is stopped and its end awaited,
/// so that no work continues behind it.
/// </summary>
internal sealed class TaskPump(PbsCmdlet cmdlet, TimeProvider time)
{
    /// <summary>Follows a task to its end.</summary>
    /// <param name="task">The task; disposed when the call returns.</param>
    /// <param name="write">Handles a result, on this thread; null to write it to the pipeline.</param>
    /// <param name="stop">The cmdlet's stop token.</param>
    /// <returns>The final state of a task that did not fail: OK or warnings.</returns>
    /// <exception cref="OperationCanceledException">The pipeline was stopped.</exception>
    /// <exception cref="PbsConflictException">The task was stopped elsewhere.</exception>
    /// <exception cref="Exception">The exception of the failed work.</exception>
    public TaskState Run(RunningTask task, Action<object>? write, CancellationToken stop)
    {
        using (task)
        {
            using var progress = new ProgressLine(cmdlet, task.Upid.WorkerType, time);
            var presenter = new TaskPresenter(new CmdletStreams(cmdlet, write ?? cmdlet.WriteObject, progress));
            while (task.Next(stop) is { } news) presenter.Take(news);
            TaskState state = task.Completion.GetAwaiter().GetResult();
            presenter.End(task);
            stop.ThrowIfCancellationRequested();
            if (task.Failure is { } failure) ThrowFailure(task, failure);
            return state;
        }
    }

    private static void ThrowFailure(RunningTask task, Exception failure)
    {
        if (failure is OperationCanceledException) throw TaskPresenter.StoppedElsewhere(task, failure);
        ExceptionDispatchInfo.Throw(failure);
    }

    private sealed class CmdletStreams(PbsCmdlet cmdlet, Action<object> write, ProgressLine progress) : ITaskStreams
    {
        public void WriteResult(object item) => write(item);

        public void WriteError(ErrorRecord error) => cmdlet.WriteError(error);

        public void WriteWarning(string text) => cmdlet.WriteWarning(text);

        public void WriteVerbose(string text) => cmdlet.WriteVerbose(text);

        public void WriteProgress(TaskProgress far) => progress.Show(far);
    }
}
