using PbsModule.Core.Errors;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>What a garbage collection tells, as its task's log would have it.</summary>
internal sealed class GarbageLog : IGarbageReport
{
    private readonly Lock _lock = new();

    public List<string> Lines { get; } = [];

    /// <summary>Phases and their totals, as they were reported last.</summary>
    public List<(string Status, long Done, long Total)> Steps { get; } = [];

    public void Log(string line)
    {
        lock (_lock) Lines.Add(line);
    }

    public void Warn(string message) => Log("WARN: " + message);

    /// <summary>What a collection would be refused for.</summary>
    public List<PbsException> Refusals { get; } = [];

    public void Refuse(PbsException problem) => Refusals.Add(problem);

    /// <summary>Called at each step.</summary>
    public Action<string>? OnProgress { get; init; }

    public void Progress(string status, long done, long total)
    {
        OnProgress?.Invoke(status);
        lock (_lock) Steps.Add((status, done, total));
    }
}
