using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Indexes and chunks in a store that a test puts together, and a count of them as plain as can be.</summary>
internal static class SpaceStore
{
    /// <summary>Where an index is that lies in no snapshot.</summary>
    public const string Elsewhere = "ns/nowhere/else/where/at";

    /// <summary>A chunk whose file has a size of the test's choosing; what is in it does not count.</summary>
    public static Digest AddChunk(this StoreOnDisk store, string name, int size)
    {
        Digest digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(name));
        string path = store.ChunkPath(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[size]);
        return digest;
    }

    public static string ChunkPath(this StoreOnDisk store, Digest digest) => store.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");

    /// <summary>A dynamic index over chunks of so many bytes each.</summary>
    public static void AddIndex(this StoreOnDisk store, string group, long time, string name, params (Digest Digest, int Length)[] chunks)
    {
        if (!File.Exists(store.PathOf($"{group}/owner"))) store.AddGroup(group);
        string folder = Directory.CreateDirectory(store.PathOf($"{group}/{BackupTime.Format(time)}")).FullName;
        using var file = new FileStream(Path.Combine(folder, name), FileMode.Create);
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), time);
        foreach ((Digest digest, int length) in chunks) index.Add(length, digest);
        index.Finish();
    }

    /// <summary>Every reference of every index in a store's snapshots: which group, which snapshot, which chunk, how long.</summary>
    public static List<(string Group, string Snapshot, Digest Digest, long Length)> References(string store)
    {
        var result = new List<(string, string, Digest, long)>();
        foreach (string file in Directory.EnumerateFiles(store, "*.?idx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string snapshot = Path.GetDirectoryName(Path.GetRelativePath(store, file))!.Replace('\\', '/');
            if (!SnapshotIsOne(snapshot)) snapshot = Elsewhere;
            ChunkIndex index;
            try
            {
                index = ChunkIndex.Parse(file.EndsWith(".fidx", StringComparison.Ordinal) ? IndexKind.Fixed : IndexKind.Dynamic, File.ReadAllBytes(file));
            }
            catch (PbsFormatException)
            {
                continue;
            }

            foreach (ChunkEntry entry in index.Entries) result.Add((snapshot[..snapshot.LastIndexOf('/')], snapshot, entry.Digest, entry.Size));
        }

        return result;
    }

    public static bool IsThere(string store, Digest digest) => FileOf(store, digest).Exists;

    /// <summary>Bytes of a chunk's file, 0 where there is none.</summary>
    public static long SizeOf(string store, Digest digest)
    {
        FileInfo file = FileOf(store, digest);
        return file.Exists ? file.Length : 0;
    }

    private static FileInfo FileOf(string store, Digest digest)
    {
        string text = digest.ToString();
        return new FileInfo(Path.Combine(store, ".chunks", text[..4], text));
    }

    private static bool SnapshotIsOne(string path)
    {
        try
        {
            SnapshotPath.Parse(path);
            return true;
        }
        catch (PbsArgumentException)
        {
            return false;
        }
    }
}
