using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Gate;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Jobs;

/// <summary>
/// Finds the last run of jobs: in the states that the server keeps, and where these are missing, as in a copy without
/// the state folder, in the task lists.
/// </summary>
internal sealed class JobHistory
{
    private readonly ServiceScope _scope;
    private readonly JobStates _states;
    private readonly Action<ListingProblem> _onProblem;
    private readonly CancellationToken _cancellation;
    private Dictionary<(string Type, string? Id), TaskListEntry>? _listed;

    public JobHistory(ServiceScope scope, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        _scope = scope;
        _onProblem = onProblem;
        _cancellation = cancellation;
        _states = new JobStates(scope.Connection.Options!.StateRoot, scope.Tasks);
    }

    /// <summary>Returns the last run; one without a task if nothing is known.</summary>
    /// <param name="workerType">The worker type of the job's tasks.</param>
    /// <param name="id">The job's id, or the datastore of a garbage collection.</param>
    /// <param name="isRunOf">Whether a worker id is one of the job's; null if worker ids do not tell.</param>
    public JobRun Of(string workerType, string id, Func<string, bool>? isRunOf)
    {
        JobRun? known = _states.Read(workerType, id, out ListingProblem? problem);
        if (problem is not null) _onProblem(problem);
        if (known is not null) return known;
        if (isRunOf is null) return _states.Unknown();
        foreach (((string type, string? workerId), TaskListEntry entry) in _listed ??= ReadLists())
        {
            if (type != workerType || workerId is null || !isRunOf(workerId)) continue;
            return new JobRun(entry.Upid, entry.State, entry.State?.EndTime ?? entry.Upid.StartTime);
        }

        return _states.Unknown();
    }

    /// <summary>The newest task of each type and id.</summary>
    private Dictionary<(string Type, string? Id), TaskListEntry> ReadLists()
    {
        Dictionary<(string Type, string? Id), TaskListEntry> newest = [];
        if (!Directory.Exists(_scope.Tasks.Path)) return newest;
        var lists = new TaskLists(_scope.Tasks);
        foreach (TaskListEntry entry in lists.Read(false, TaskDamage.ReadOn, Report, _cancellation))
        {
            _cancellation.ThrowIfCancellationRequested();
            newest.TryAdd((entry.Upid.WorkerType, entry.Upid.WorkerId), entry);
        }

        return newest;

        // A single line that is damaged is reported by the list of tasks.
        void Report(ListingProblem problem)
        {
            if (problem.Kind == ListingProblemKind.Error) _onProblem(problem);
        }
    }
}
