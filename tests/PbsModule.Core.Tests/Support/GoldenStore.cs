using System.Formats.Tar;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Tests;

[assembly: AssemblyFixture(typeof(GoldenStore.Cleanup))]

namespace PbsModule.Core.Tests;

/// <summary>
/// A datastore of the corpus, unpacked with modes and times into a folder of its own that goes away with the test run.
/// <see cref="Ds1"/> and <see cref="Corrupt"/> are shared by all tests and must not be changed; what changes a store takes a <see cref="Copy"/>.
/// </summary>
internal sealed class GoldenStore : IDisposable
{
    private static readonly string Root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"pbs-tests-{Guid.NewGuid():N}");
    private static readonly Lazy<GoldenStore> SharedDs1 = new(() => new GoldenStore("ds1"));
    private static readonly Lazy<GoldenStore> SharedCorrupt = new(() => new GoldenStore("ds1-corrupt"));

    private GoldenStore(string name)
    {
        Parent = System.IO.Path.Combine(Root, Guid.NewGuid().ToString("N"));
        Path = System.IO.Path.Combine(Parent, "ds1");
        Directory.CreateDirectory(Parent);
        using var compressed = new ZstdReadStream(File.OpenRead(Corpus.PathOf($"{name}.tar.zst")));
        Unpack(compressed, Parent);
    }

    /// <summary>The undamaged store; for reading only. Skips the test where file names cannot hold ':'.</summary>
    public static GoldenStore Ds1 => Shared(SharedDs1);

    /// <summary>The store with 20 damages (ds1-corrupt.expected/damage.json); for reading only.</summary>
    public static GoldenStore Corrupt => Shared(SharedCorrupt);

    /// <summary>The folder that holds the store; <c>{STORE}</c> where an expected text goes on with <c>/ds1/</c>.</summary>
    public string Parent { get; }

    /// <summary>The store itself, a folder named ds1.</summary>
    public string Path { get; }

    /// <summary>A store of its own for a test that changes it.</summary>
    /// <param name="name"><c>ds1</c> or <c>ds1-corrupt</c>.</param>
    public static GoldenStore Copy(string name = "ds1")
    {
        SkipWithoutColons();
        return new GoldenStore(name);
    }

    /// <summary>Full path of something in the store.</summary>
    /// <param name="relative">With '/', as expected files name it: <c>host/alpha/2024-10-27T01:30:00Z/index.json.blob</c>.</param>
    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative.Replace('/', System.IO.Path.DirectorySeparatorChar));

    public byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    public void Dispose() => Directory.Delete(Parent, recursive: true);

    private static GoldenStore Shared(Lazy<GoldenStore> store)
    {
        SkipWithoutColons();
        return store.Value;
    }

    public static void SkipWithoutColons()
    {
        if (OperatingSystem.IsWindows()) Skip.Because("file names cannot hold ':' here, so the golden store cannot be unpacked");
    }

    private static void Unpack(Stream tar, string target)
    {
        var folders = new Stack<(string Path, DateTimeOffset Modified)>();
        using var reader = new TarReader(tar);
        while (reader.GetNextEntry() is { } entry)
        {
            string path = System.IO.Path.Combine(target, entry.Name);
            if (entry.EntryType == TarEntryType.Directory)
            {
                Directory.CreateDirectory(path);
                folders.Push((path, entry.ModificationTime));
            }
            else
            {
                using (FileStream file = File.Create(path)) entry.DataStream?.CopyTo(file);
                File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
            }

            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, entry.Mode);
        }

        // Last, and the deepest first: whatever is created in a folder moves its time.
        foreach ((string path, DateTimeOffset modified) in folders) Directory.SetLastWriteTimeUtc(path, modified.UtcDateTime);
    }

    /// <summary>Ends with the test run.</summary>
    public sealed class Cleanup : IDisposable
    {
        public void Dispose()
        {
            if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
        }
    }
}
