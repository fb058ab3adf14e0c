namespace PbsModule.Bench.Harness;

/// <summary>The settings of a run for scenarios, and the folders they write to.</summary>
internal sealed class BenchContext(bool quick, bool processorTime, string? work, bool keep) : IDisposable
{
    private const int FullRounds = 9;
    private const int QuickRounds = 3;

    private readonly Contest _contest = new(quick ? QuickRounds : FullRounds, processorTime);
    private static readonly string RunName = $"pbs-bench-{Environment.ProcessId}";

    private readonly List<string> _roots = [];

    /// <summary>Whether to use smaller inputs and fewer rounds: for a test of the bench, not for figures.</summary>
    public bool Quick => quick;

    /// <summary>Whether times are processor times, in which case work on several threads cannot be measured.</summary>
    public bool IsProcessorTime => processorTime;

    /// <summary>Measures several forms of the same work against each other.</summary>
    public Standing Run(params ReadOnlySpan<Contender> contenders) => _contest.Run(contenders);

    /// <summary>Creates a new empty folder.</summary>
    public string CreateFolder(string name) => CreateFolder(work ?? Path.GetTempPath(), name);

    /// <summary>
    /// Creates a new empty folder for very many files, in memory if the system supports it, because some disks take
    /// minutes to delete them.
    /// </summary>
    /// <param name="name">Name of the folder.</param>
    /// <param name="size">Required free space in bytes.</param>
    public string CreateMemoryFolder(string name, long size)
    {
        const string Memory = "/dev/shm";
        bool fits = work is null && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > size;
        return fits ? CreateFolder(Memory, name) : CreateFolder(name);
    }

    /// <summary>Removes a large folder early, before others follow.</summary>
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
