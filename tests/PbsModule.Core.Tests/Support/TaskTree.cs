using System.Formats.Tar;
using System.Text.Json;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>A task folder of the corpus, unpacked for one test, with the time and the processes of its making.</summary>
internal sealed class TaskTree : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TaskTree(long now, IEnumerable<ProcessIdentity> alive, TimeZoneInfo? zone = null)
    {
        Time = new SteppedTime(DateTimeOffset.FromUnixTimeSeconds(now), zone);
        Processes = new Pictured(alive);
    }

    public SteppedTime Time { get; }

    public Pictured Processes { get; }

    /// <summary>The folder that holds <c>tasks</c>.</summary>
    public string Root => _folder.Root;

    public TaskFolder Folder => FolderWith(FileMutations.Default);

    /// <summary>One of the packed trees, at the time its answers were given.</summary>
    public static TaskTree Packed(string name)
    {
        if (OperatingSystem.IsWindows()) Skip.Because("file names cannot hold ':' here, so the golden task trees cannot be unpacked");
        JsonElement answers = Corpus.Json($"tasks/{name}.json").RootElement;
        var tree = new TaskTree(answers.TryGetProperty("now", out JsonElement now) ? now.GetInt64() : 1715284800, Alive(answers));
        Unpack($"tasks/{name}.tar.zst", tree.Root);
        return tree;
    }

    /// <summary>A folder of lists without logs.</summary>
    public static TaskTree Broken(string name, long now)
    {
        var tree = new TaskTree(now, []);
        Directory.CreateDirectory(tree.Folder.Path);
        foreach (string file in Directory.EnumerateFiles(Corpus.PathOf($"tasks/broken/{name}"))) File.Copy(file, Path.Combine(tree.Folder.Path, Path.GetFileName(file)));
        return tree;
    }

    /// <summary>An empty folder at a fixed time, in which this process runs.</summary>
    public static TaskTree Empty(TimeZoneInfo? zone = null)
    {
        var tree = new TaskTree(1715284800, [ProcessTable.Default.Current], zone);
        Directory.CreateDirectory(tree.Folder.Path);
        return tree;
    }

    public TaskFolder FolderWith(IFileMutations mutations) => new(Root, Processes, mutations, Time, "pbs-one");

    public string Text(string file) => File.ReadAllText(Path.Combine(Folder.Path, file));

    public void Dispose() => _folder.Dispose();

    private static List<ProcessIdentity> Alive(JsonElement answers) => answers.ValueKind == JsonValueKind.Object && answers.TryGetProperty("alive", out JsonElement alive)
        ? [.. alive.EnumerateArray().Select(p => new ProcessIdentity(p.GetProperty("pid").GetInt32(), p.GetProperty("pstart").GetUInt64()))]
        : [];

    private static void Unpack(string archive, string target)
    {
        using var tar = new TarReader(new ZstdReadStream(File.OpenRead(Corpus.PathOf(archive))));
        while (tar.GetNextEntry() is { } entry)
        {
            string path = Path.Combine(target, entry.Name);
            if (entry.EntryType == TarEntryType.Directory)
            {
                Directory.CreateDirectory(path);
                continue;
            }

            entry.ExtractToFile(path, overwrite: false);
            File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
        }
    }

    /// <summary>Exactly these processes run; this one does under a number of its own.</summary>
    internal sealed class Pictured(IEnumerable<ProcessIdentity> alive) : ProcessTable
    {
        private readonly Dictionary<int, ulong> _alive = alive.ToDictionary(p => p.Id, p => p.Start);

        public override ProcessIdentity Current => ProcessTable.Default.Current;

        public void End(int id) => _alive.Remove(id);

        public override ulong? StartOf(int id) => _alive.TryGetValue(id, out ulong start) ? start : null;

        public override string? ProgramOf(int id) => null;
    }
}
