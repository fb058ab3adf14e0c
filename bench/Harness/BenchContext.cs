namespace PbsModule.Bench.Harness;

/// <summary>What a scenario may know of the run, and the folder it may write to.</summary>
internal sealed class BenchContext(bool quick, bool processorTime, string? work, bool keep) : IDisposable
{
    private const int FullRounds = 9;
    private const int QuickRounds = 3;

    private readonly Contest _contest = new(quick ? QuickRounds : FullRounds, processorTime);
    private static readonly string RunName = $"pbs-bench-{Environment.ProcessId}";

    private readonly List<string> _roots = [];

    /// <summary>Smaller inputs and fewer rounds: for trying the bench out, not for figures.</summary>
    public bool Quick => quick;

    /// <summary>Whether times are the processor's: then works of several threads cannot be measured.</summary>
    public bool IsProcessorTime => processorTime;

    /// <summary>Measures forms of the same work against each other.</summary>
    public Standing Run(params ReadOnlySpan<Contender> contenders) => _contest.Run(contenders);

    /// <summary>A new empty folder.</summary>
    public string CreateFolder(string name) => CreateFolder(work ?? Path.GetTempPath(), name);

    /// <summary>
    /// A new empty folder for very many files, in memory where the system has such a place: some disks take minutes to forget them.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Bytes that must be free there.</param>
    public string CreateMemoryFolder(string name, long size)
    {
        const string Memory = "/dev/shm";
        bool fits = work is null && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > size;
        return fits ? CreateFolder(Memory, name) : CreateFolder(name);
    }

    /// <summary>Removes a folder early, where it is large and others follow.</summary>
    public void Discard(string folder)
    {
        if (!keep) Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        foreach (string root in _roots)
        {
            if (keep) Console.WriteLine($"Kept: {root}");
            else Directory.Delete(root, recursive: true);
        }
    }

    private string CreateFolder(string place, string name)
    {
        string root = Path.Combine(Path.GetFullPath(place), RunName);
        if (!_roots.Contains(root)) _roots.Add(root);
        return Directory.CreateDirectory(Path.Combine(root, name)).FullName;
    }
}
