using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tasks;

/// <summary>What is known of the last run of a job.</summary>
/// <param name="Upid">The task; null if the job has not run yet.</param>
/// <param name="State">The result; null while the task runs, and if the job has not run yet.</param>
/// <param name="Reference">The time in Unix seconds from which the server finds the next run.</param>
internal sealed record JobRun(Upid? Upid, TaskState? State, long Reference);

/// <summary>
/// Reads the states that a server keeps of its jobs, <c>jobstates/{type}-{id}.json</c> in its state folder. Source:
/// PBS 3.2.4 jobstate.rs.
/// </summary>
/// <param name="stateRoot">The state folder, <c>/var/lib/proxmox-backup</c> on a server.</param>
/// <param name="tasks">The server's tasks, to find out what became of a run.</param>
internal sealed class JobStates(string stateRoot, TaskFolder tasks)
{
    private const int MaxLength = 1 << 20;

    // PBS takes a job without a state for one that was made a moment ago.
    private const int Young = 30;

    /// <summary>Returns the last run; null if the server has no state of the job.</summary>
    /// <param name="type">The job's worker type, <c>verificationjob</c>.</param>
    /// <param name="id">The job's id, or the datastore of a garbage collection.</param>
    /// <param name="problem">The reason why a state cannot be read; null if it can, or there is none.</param>
    public JobRun? Read(string type, string id, out ListingProblem? problem)
    {
        string path = Path.Combine(stateRoot, "jobstates", $"{type}-{id}.json");
        problem = null;
        try
        {
            return NativeFile.TryReadAll(path, MaxLength) is { } content ? Parse(content) : null;
        }
        catch (Exception e) when (e is OsErrorException or NotSupportedException or JsonException or FormatException
            or InvalidOperationException or KeyNotFoundException or PbsException)
        {
            problem = new ListingProblem(
                PbsErrorId.FileUnreadable,
                $"error reading job state {PathText.Quote(path)}: {e.Message}",
                path,
                ListingProblemKind.Warning);
            return null;
        }
    }

    /// <summary>Returns what a server assumes of a job without a state.</summary>
    public JobRun Unknown() => new(null, null, tasks.Now - Young);

    private JobRun Parse(byte[] content)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("created", out JsonElement created))
        {
            return new JobRun(null, null, created.GetProperty("time").GetInt64());
        }

        if (root.TryGetProperty("started", out JsonElement started))
        {
            Upid upid = UpidOf(started);
            if (tasks.IsRunning(upid)) return new JobRun(upid, null, upid.StartTime);
            TaskState ended = TaskLogFile.ReadStateOrUnknown(tasks, upid);
            return new JobRun(upid, ended, ended.EndTime);
        }

        JsonElement finished = root.GetProperty("finished");
        TaskState state = StateOf(finished.GetProperty("state"));
        bool isUpdated = finished.TryGetProperty("updated", out JsonElement updated)
            && updated.ValueKind == JsonValueKind.Number;
        return new JobRun(UpidOf(finished), state, isUpdated ? updated.GetInt64() : state.EndTime);
    }

    private static Upid UpidOf(JsonElement run) => Upid.Parse(run.GetProperty("upid").GetString() ?? "");

    private static TaskState StateOf(JsonElement state)
    {
        JsonProperty kind = state.EnumerateObject().First();
        long end = kind.Value.GetProperty("endtime").GetInt64();
        return kind.Name switch
        {
            "OK" => new TaskState(TaskStateKind.Ok, end),
            "Warning" =>
                new TaskState(TaskStateKind.Warning, end, Warnings: kind.Value.GetProperty("count").GetUInt64()),
            "Error" =>
                new TaskState(TaskStateKind.Error, end, Message: kind.Value.GetProperty("message").GetString() ?? ""),
            _ => new TaskState(TaskStateKind.Unknown, end),
        };
    }
}
