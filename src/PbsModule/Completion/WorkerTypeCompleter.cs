using PbsModule.Core.Features.WorkerTasks;

namespace PbsModule.Completion;

/// <summary>Completes worker types: those of a datastore, then all others in the task lists.</summary>
public sealed class WorkerTypeCompleter : PbsCompleter
{
    private static readonly Candidate[] Known =
    [
        new("backup", "a client's backup"),
        new("reader", "a client's restore"),
        new("garbage_collection", "removal of unused chunks"),
        new("verify", "verification of a datastore or namespace, or of a new backup"),
        new("verify_group", "verification of a group"),
        new("verify_snapshot", "verification of a snapshot"),
        new("verificationjob", "scheduled verification"),
        new("prune", "removal of old snapshots"),
        new("prunejob", "scheduled removal of old snapshots"),
        new("sync", "manual synchronisation"),
        new("syncjob", "scheduled synchronisation"),
        new("create-datastore", "creation of a datastore"),
        new("delete-datastore", "removal of a datastore"),
        new("logrotate", "rotation of logs"),
    ];

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        foreach (Candidate known in Known) yield return known;
        foreach (TaskInfo task in request.Engine.Tasks.List(new TaskQuery(), static _ => { }, cancellation))
        {
            yield return new Candidate(task.WorkerType, $"as task {task.Upid}");
        }
    }
}
