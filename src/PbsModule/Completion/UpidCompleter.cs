using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Names of tasks, running ones first, then the latest.</summary>
public sealed class UpidCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        Tasks(request, new TaskQuery { Limit = MostTasks }, cancellation);

    // More than anybody looks through.
    internal const int MostTasks = 200;

    internal static IEnumerable<Candidate> Tasks(
        CompletionRequest request,
        TaskQuery query,
        CancellationToken cancellation) =>
        request.Session.GetTasks(query, static _ => { }, cancellation).Select(task => new Candidate(
            task.Upid,
            $"{task.WorkerType} {task.WorkerId}, {DisplayText.Time(task.StartTime)}, {task.AuthId}: {task.Status}"));
}

/// <summary>Names of running tasks.</summary>
public sealed class RunningTaskCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        UpidCompleter.Tasks(request, new TaskQuery { Running = true, Limit = UpidCompleter.MostTasks }, cancellation);
}
