using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Completes UPIDs: of running tasks first, then of the latest.</summary>
public sealed class UpidCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        Tasks(request, new TaskQuery { Limit = MostTasks }, cancellation);

    // A longer list is of no use at a prompt.
    internal const int MostTasks = 200;

    internal static IEnumerable<Candidate> Tasks(
        CompletionRequest request,
        TaskQuery query,
        CancellationToken cancellation) =>
        request.Engine.Tasks.List(query, static _ => { }, cancellation).Select(task => new Candidate(
            task.Upid,
            $"{task.WorkerType} {task.WorkerId}, {DisplayText.Time(task.StartTime)}, {task.AuthId}: {task.Status}"));
}

/// <summary>Completes UPIDs of running tasks.</summary>
public sealed class RunningTaskCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        UpidCompleter.Tasks(request, new TaskQuery { Running = true, Limit = UpidCompleter.MostTasks }, cancellation);
}
