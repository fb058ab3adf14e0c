using PbsModule.Core.Errors;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Garbage;

/// <summary>Reports a garbage collection to its worker task.</summary>
internal sealed class TaskGarbageReport(TaskContext context, string activity) : IGarbageReport
{
    public void Log(string line) => context.Log(line);

    public void Warn(string message) => context.Warn(message);

    public void Refuse(PbsException problem) => throw problem;

    public void Progress(string status, long done, long total) =>
        context.Report(new TaskProgress(activity, status, done, total, TaskProgressUnit.Items));
}

/// <summary>Reports a measurement of garbage to the caller.</summary>
internal sealed class ListenerGarbageReport(
    string target,
    Action<ListingProblem> onProblem,
    Action<TaskProgress>? onProgress,
    string activity) : IGarbageReport
{
    public void Log(string line) =>
        onProblem(new ListingProblem(PbsErrorId.FileUnreadable, line, target, ListingProblemKind.Information));

    public void Warn(string message) =>
        onProblem(new ListingProblem(PbsErrorId.ChunkMissing, message, target, ListingProblemKind.Warning));

    public void Refuse(PbsException problem) =>
        onProblem(new ListingProblem(problem.ErrorId, $"garbage cannot be collected: {problem.Message}", problem.Target
            ?? target, ListingProblemKind.Error, problem));

    public void Progress(string status, long done, long total) =>
        onProgress?.Invoke(new TaskProgress(activity, status, done, total, TaskProgressUnit.Items));
}
