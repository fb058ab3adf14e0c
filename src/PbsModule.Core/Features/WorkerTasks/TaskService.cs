using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.WorkerTasks;

/// <summary>Lists, awaits and stops tasks.</summary>
public sealed class TaskService
{
    private readonly ServiceScope _scope;

    internal TaskService(ServiceScope scope) => _scope = scope;

    internal TaskControl Control => new(_scope.Tasks);

    /// <summary>
    /// Returns the tasks that the caller may see: this session's tasks that are in no list, then the server's running
    /// tasks, the newest first, then the finished tasks, the last to end first. Nothing is written: tasks whose process
    /// died are shown as ended. Damage is reported, and the listing continues.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsLockedException">Another process kept the lists locked.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public IEnumerable<TaskInfo> List(
        TaskQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        TaskGrant grant = DatastoreGate.EnterTasks(Entries.ListTasks, _scope.Connection);
        IReadOnlyList<RunningTask> own = [.. _scope.Connection.Workers.Tasks.Where(task => task.IsUnlisted).Reverse()];
        if (_scope.Connection.Configuration is null && own.Count == 0)
        {
            throw new PbsArgumentException(PbsErrorId.NotConnected, "there is no connection to list tasks of")
            {
                RecommendedAction = "Run Connect-PbsServer first; -LogRoot names the folder of the task logs, "
                    + "/var/log/proxmox-backup on a server.",
            };
        }

        return ListTasks(query, grant, own, onProblem, cancellation);
    }

    /// <summary>Returns a task, running or ended, by its UPID.</summary>
    /// <exception cref="PbsPermissionException">
    /// <c>task access not allowed</c>, whether the task exists or not.
    /// </exception>
    /// <exception cref="PbsNotFoundException">No trace of the task exists.</exception>
    /// <exception cref="PbsStorageException">The task's log cannot be read.</exception>
    public TaskInfo Get(Upid upid, CancellationToken cancellation)
    {
        DatastoreGate.EnterTasks(Entries.TaskStatus, _scope.Connection).Demand(upid);
        return FindTask(upid, cancellation);
    }

    /// <summary>Waits until a task has ended.</summary>
    /// <returns>The task; null if it is still running after the limit.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    /// <exception cref="PbsException">As for <see cref="Get"/>.</exception>
    public TaskInfo? Wait(Upid upid, TimeSpan limit, CancellationToken cancellation)
    {
        DatastoreGate.EnterTasks(Entries.WaitForTask, _scope.Connection).Demand(upid);
        bool isOver = Unlisted(upid) is { } own
            ? own.Completion.Wait(limit, cancellation)
            : Control.Wait(upid, limit, cancellation) is not null;
        return isOver ? FindTask(upid, cancellation) : null;
    }

    /// <summary>Returns a task that the caller may stop and that can be stopped from here, or that has ended.</summary>
    /// <exception cref="PbsPermissionException">
    /// The task is not the caller's, and <c>Sys.Modify</c> on <c>/system/tasks</c> is missing.
    /// </exception>
    /// <exception cref="PbsConflictException">
    /// The task's process accepts no requests from here, as for a server's daemons.
    /// </exception>
    /// <exception cref="PbsException">As for <see cref="Get"/>.</exception>
    public TaskInfo GetStoppable(Upid upid, CancellationToken cancellation)
    {
        DatastoreGate.EnterTasks(Entries.StopTask, _scope.Connection).Demand(upid);
        TaskInfo task = FindTask(upid, cancellation);
        if (_scope.Connection.Workers.Find(upid) is null) Control.DemandStoppable(upid);
        return task;
    }

    /// <summary>
    /// Requests a task to stop. Returns when the worker has received the request; the task ends soon after. A task that
    /// has ended is left unchanged.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="GetStoppable"/>.</exception>
    public TaskInfo Stop(Upid upid, CancellationToken cancellation)
    {
        GetStoppable(upid, cancellation);
        if (_scope.Connection.Workers.Find(upid) is { } own) own.Stop();
        else Control.RequestStop(upid, cancellation);
        return FindTask(upid, cancellation);
    }

    private IEnumerable<TaskInfo> ListTasks(
        TaskQuery query,
        TaskGrant grant,
        IReadOnlyList<RunningTask> own,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        if (_scope.Connection.Options is not null && !Directory.Exists(_scope.Tasks.Path))
        {
            onProblem(new ListingProblem(
                PbsErrorId.TaskListUnreadable,
                $"there are no task logs in \"{_scope.Tasks.Path}\"",
                _scope.Tasks.Path,
                ListingProblemKind.Warning));
        }

        IEnumerable<TaskListEntry> all = own.Select(task => new TaskListEntry(task.Upid, StateOf(task)));
        if (_scope.Connection.Options is not null)
        {
            all = all.Concat(new TaskLists(_scope.Tasks).Read(
                query.Running == true,
                TaskDamage.ReadOn,
                Report,
                cancellation));
        }

        var selection = new TaskFilter
        {
            RunningOnly = query.Running == true,
            ErrorsOnly = query.ErrorsOnly,
            Status = query.Outcomes.Count > 0 ? query.Outcomes : null,
            Limit = query.Limit ?? 0,
        };
        DateTimeOffset now = _scope.Tasks.Time.GetUtcNow();
        foreach (TaskListEntry entry in selection.Apply(all.Where(entry => Passes(query, entry)), grant.Admits))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new TaskInfo(_scope.Connection, entry.Upid, entry.State, now);
        }

        // An invalid line may be about a task of any user.
        void Report(ListingProblem problem)
        {
            if (problem.ErrorId != PbsErrorId.TaskListInvalid
                || problem.Kind == ListingProblemKind.Error
                || grant.SeesAll)
            {
                onProblem(problem);
            }
        }
    }

    /// <summary>
    /// Applies the filters that the server's own list does not. It checks times again, because the server ends its list
    /// at the first task that ended before, although its archives are not fully sorted.
    /// </summary>
    private static bool Passes(TaskQuery query, TaskListEntry entry)
    {
        DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(entry.Upid.StartTime);
        return (query.Running != false || !entry.IsRunning)
            && (query.Since is null || start >= query.Since)
            && (query.Until is null || start <= query.Until)
            && (query.Types.Count == 0 || query.Types.Any(filter => filter.Matches(entry.Upid.WorkerType)))
            && (query.Stores.Count == 0 || (TaskFilter.StoreOf(entry.Upid) is { } store && query.Stores.Any(filter =>
                filter.Matches(store))));
    }

    /// <summary>
    /// Reads the state of a task from its log, which has the most detail; from the lists if there is no log or it has
    /// no result.
    /// </summary>
    private TaskInfo FindTask(Upid upid, CancellationToken cancellation)
    {
        DateTimeOffset now = _scope.Tasks.Time.GetUtcNow();
        if (Unlisted(upid) is { } own) return new TaskInfo(_scope.Connection, upid, StateOf(own), now);
        if (Control.IsActive(upid)) return new TaskInfo(_scope.Connection, upid, null, now);
        TaskState? state = StateInLog(upid, out PbsException? failure);
        if (state is null or { Kind: TaskStateKind.Unknown }) state = StateInLists(upid, cancellation) ?? state;
        return state is not null
            ? new TaskInfo(_scope.Connection, upid, state, now)
            : throw failure
                ?? new PbsNotFoundException(PbsErrorId.TaskNotFound, $"no such task '{upid}'", upid.ToString());
    }

    private TaskState? StateInLog(Upid upid, out PbsException? failure)
    {
        failure = null;
        try
        {
            return TaskLogFile.ReadState(_scope.Tasks, upid);
        }
        catch (OsErrorException e)
        {
            failure = e.Is(OsError.ENOENT)
                ? null
                : e.As(PbsErrorId.TaskLogUnreadable, $"unable to read the log of task {upid}", upid.ToString());
            return null;
        }
        catch (PbsFormatException)
        {
            return new TaskState(TaskStateKind.Unknown, upid.StartTime);
        }
    }

    private TaskState? StateInLists(Upid upid, CancellationToken cancellation)
    {
        if (_scope.Connection.Options is null) return null;
        return new TaskLists(_scope.Tasks)
            .Read(false, TaskDamage.ReadOn, static _ => { }, cancellation)
            .FirstOrDefault(entry => entry.Upid == upid)?.State;
    }

    /// <summary>Returns a task of this session that has no log file; else null.</summary>
    private RunningTask? Unlisted(Upid upid) =>
        _scope.Connection.Workers.Find(upid) is { IsUnlisted: true } own ? own : null;

    /// <summary>Returns null while the task runs. The last line has the time.</summary>
    private static TaskState? StateOf(RunningTask task)
    {
        if (!task.Completion.IsCompleted) return null;
        IReadOnlyList<string> lines = task.LogInMemory;
        return TaskLogText.ReadState(Encoding.UTF8.GetBytes(lines.Count > 0 ? lines[^1] : ""), task.Upid.StartTime);
    }
}
