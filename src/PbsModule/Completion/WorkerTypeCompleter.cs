using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Completion;

/// <summary>Completes worker types: those that concern backups, then all others in the task lists.</summary>
public sealed class WorkerTypeCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        foreach (string type in WorkerType.Known) yield return new Candidate(type, WorkerType.Describe(type));
        foreach (TaskInfo task in request.Engine.Tasks.List(new TaskQuery(), static _ => { }, cancellation))
        {
            yield return new Candidate(task.WorkerType, $"as task {task.Upid}");
        }
    }
}
