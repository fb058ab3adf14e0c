using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>The snapshots and chunks of a datastore, loaded into memory.</summary>
internal sealed class MemoryStore
{
    private readonly Dictionary<string, Dictionary<string, byte[]>> _snapshots = new(StringComparer.Ordinal);

    /// <summary>Loads everything.</summary>
    /// <param name="path">The store's folder.</param>
    public MemoryStore(string path)
    {
        Path = path;
        Dictionary<Digest, byte[]> chunks = [];
        foreach (string file in Files())
        {
            string folder = System.IO.Path.GetRelativePath(path, System.IO.Path.GetDirectoryName(file)!);
            if (folder.StartsWith(".chunks", StringComparison.Ordinal))
            {
                byte[] name = Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(file));
                if (Digest.TryParse(name, out Digest digest)) chunks.Add(digest, File.ReadAllBytes(file));
            }
            else
            {
                if (!_snapshots.ContainsKey(folder)) _snapshots.Add(folder, []);
                _snapshots[folder].Add(System.IO.Path.GetFileName(file), File.ReadAllBytes(file));
            }
        }

        Chunks = chunks;
    }

    public string Path { get; }

    /// <summary>The chunks as they are stored.</summary>
    public IReadOnlyDictionary<Digest, byte[]> Chunks { get; }

    /// <summary>Full path that something in the store had.</summary>
    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>A snapshot; one without files where there was none.</summary>
    /// <param name="snapshot">Which one.</param>
    /// <param name="held">What is disposed of with it.</param>
    public MemoryContent Snapshot(SnapshotPath snapshot, IDisposable? held = null) =>
        new(this, snapshot, _snapshots.GetValueOrDefault(snapshot.ToString()) ?? []) { Held = held };

    /// <summary>Deletes every file of a snapshot and every chunk on disk; groups keep their owners.</summary>
    public void Empty()
    {
        foreach (string file in Files())
        {
            if (System.IO.Path.GetFileName(file) is not ("owner" or ".lock")) File.Delete(file);
        }
    }

    private string[] Files() =>
        Directory.GetFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
}
