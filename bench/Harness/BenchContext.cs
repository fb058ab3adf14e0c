namespace PbsModule.Bench.Harness;

/// <summary>What a scenario may know of the run, and the folder it may write to.</summary>
internal sealed class BenchContext(bool quick, bool processorTime, string? work, bool keep) : IDisposable
{
    private const int FullRounds = 9;
    private const int QuickRounds = 3;

    private readonly Contest _contest = new(quick ? QuickRounds : FullRounds, processorTime);
    private readonly string _root = Path.Combine(Path.GetFullPath(work ?? Path.GetTempPath()), $"pbs-bench-{Environment.ProcessId}");

    /// <summary>Smaller inputs and fewer rounds: for trying the bench out, not for figures.</summary>
    public bool Quick => quick;

    /// <summary>Measures forms of the same work against each other.</summary>
    public Standing Run(params ReadOnlySpan<Contender> contenders) => _contest.Run(contenders);

    /// <summary>A new empty folder.</summary>
    public string CreateFolder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    /// <summary>Removes a folder early, where it is large and others follow.</summary>
    public void Discard(string folder)
    {
        if (!keep) Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        if (!Directory.Exists(_root)) return;
        if (keep) Console.WriteLine($"Kept: {_root}");
        else Directory.Delete(_root, recursive: true);
    }
}
