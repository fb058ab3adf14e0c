using System.Management.Automation;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;

namespace PbsModule.Cmdlets;

/// <summary>
/// A PowerShell job for worker tasks, which run one after another: Receive-Job returns their results, warnings and
/// errors, Stop-Job stops the running one and starts no other, Wait-Job waits until all have ended.
/// </summary>
public sealed class TaskJob : Job
{
    private readonly Queue<Func<CancellationToken, RunningTask>> _starts;
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Lock _stateLock = new();
    private readonly TimeProvider _time;
    private readonly Action? _atEnd;
    private readonly IReadOnlySet<string> _parameters;
    private volatile string _status = "";

    private TaskJob(
        string command,
        IReadOnlySet<string> parameters,
        string name,
        IEnumerable<Func<CancellationToken, RunningTask>> starts,
        Action? atEnd,
        TimeProvider time)
        : base(command, name)
    {
        PSJobTypeName = "PbsTaskJob";
        _starts = new(starts);
        _atEnd = atEnd;
        _parameters = parameters;
        _time = time;
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count + Progress.Count > 0;

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <summary>Progress of the running task.</summary>
    public override string StatusMessage => _status;

    /// <summary>Starts a job and adds it to the session's list of jobs.</summary>
    /// <param name="cmdlet">The cmdlet that starts the job.</param>
    /// <param name="name">Name of the job; null for PowerShell's default.</param>
    /// <param name="starts">
    /// Start the tasks, on a thread of the job. An exception from one of them is an error of the job.
    /// </param>
    /// <param name="atEnd">Called when no task runs any more, whatever the reason.</param>
    internal static TaskJob Start(
        PSCmdlet cmdlet,
        string? name,
        IEnumerable<Func<CancellationToken, RunningTask>> starts,
        Action? atEnd = null)
    {
        CommandInfo command = cmdlet.MyInvocation.MyCommand;
        string line = cmdlet.MyInvocation.Line.Trim();
        var job = new TaskJob(
            line.Length > 0 ? line : command.Name,
            Recommendation.ParametersOf(command),
            name ?? "",
            starts,
            atEnd,
            TimeProvider.System);
        cmdlet.JobRepository.Add(job);
        job.SetJobState(JobState.Running);
        new Thread(job.Run) { IsBackground = true, Name = "job" }.Start();
        return job;
    }

    /// <summary>Stops the running task and waits for its end.</summary>
    public override void StopJob()
    {
        lock (_stateLock)
        {
            // A final state must not change again.
            if (HasEnded) return;
            SetJobState(JobState.Stopping);
        }

        _stop.Cancel();
        _ended.Wait();
    }

    // Not by the event: a handler of the final state, on the job's own thread, may dispose of the job.
    private bool HasEnded => JobStateInfo.State is JobState.Completed or JobState.Failed or JobState.Stopped;

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasEnded)
        {
            _stop.Cancel();
            _ended.Wait();
        }

        base.Dispose(disposing);
    }

    private void Run()
    {
        bool failed = false;
        while (!_stop.IsCancellationRequested && _starts.TryDequeue(out Func<CancellationToken, RunningTask>? start))
        {
            failed |= !TryRun(start);
        }

        _atEnd?.Invoke();
        JobState state =
            _stop.IsCancellationRequested ? JobState.Stopped : failed ? JobState.Failed : JobState.Completed;
        lock (_stateLock) SetJobState(state);
        _ended.Set();
    }

    /// <returns>False if the task failed; true if it was stopped.</returns>
    private bool TryRun(Func<CancellationToken, RunningTask> start)
    {
        try
        {
            using RunningTask task = start(_stop.Token);
            var presenter = new TaskPresenter(new JobStreams(this, _time.GetTimestamp()));
            while (task.Next(CancellationToken.None) is { } news) presenter.Take(news);
            task.Completion.Wait();
            presenter.End(task);
            if (task.Failure is not { } failure || _stop.IsCancellationRequested) return true;
            return Fail(failure is OperationCanceledException ? TaskPresenter.StoppedElsewhere(task, failure) : failure,
                task.Upid.ToString());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return true;
        }
#pragma warning disable CA1031 // Any exception ends the task and not the session.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Fail(error, null);
        }
    }

    private bool Fail(Exception error, string? target)
    {
        Write(ErrorRecords.From(error, null) ?? ErrorRecords.OfFault(error, target));
        return false;
    }

    /// <summary>Adds an error with advice that fits the cmdlet that started the job.</summary>
    private void Write(ErrorRecord error) => Error.Add(Recommendation.Fit(error, _parameters));

    private sealed class JobStreams(TaskJob job, long begin) : ITaskStreams
    {
        public void WriteResult(object item) => job.Output.Add(PSObject.AsPSObject(item));

        public void WriteError(ErrorRecord error) => job.Write(error);

        public void WriteWarning(string text) => job.Warning.Add(new WarningRecord(text));

        public void WriteVerbose(string text) => job.Verbose.Add(new VerboseRecord(text));

        public void WriteProgress(TaskProgress progress) =>
            job._status = TaskProgressText.Status(progress, job._time.GetElapsedTime(begin));
    }
}
