using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Store;

/// <summary>Writes a datastore of any size for tests of the module.</summary>
internal sealed class StoreWriter(StorePlan plan, string root)
{
    private const int ChunkFolders = 1 << 16;

    private readonly FixedIndexWriter _image = new((long)plan.Chunks * StorePlan.ChunkSize, StorePlan.ChunkSize);

    /// <summary>Number of distinct chunks that the indexes reference.</summary>
    public int ChunkCount { get; private set; }

    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    public void Write()
    {
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()) throw new IOException($"{root} is not empty");
        string chunks = Path.Combine(root, ".chunks");
        Directory.CreateDirectory(chunks);
        File.WriteAllBytes(Path.Combine(root, ".lock"), []);
        if (plan.AllChunkFolders)
        {
            for (int prefix = 0; prefix < ChunkFolders; prefix++) Directory.CreateDirectory(Path.Combine(chunks, prefix.ToString("x4", null)));
        }

        using var pool = new ChunkPool(chunks, plan.WithData);
        using var zstd = new ZstdEncoder();
        for (int number = 0; number < plan.Chunks; number++) pool.Add();
        for (int group = 0; group < plan.Groups; group++) WriteGroup(group, pool, zstd);
        ChunkCount = pool.Count;
    }

    private void WriteGroup(int group, ChunkPool pool, ZstdEncoder zstd)
    {
        GroupPath path = StorePlan.Group(group);
        string folder = Path.Combine(root, path.Type.Text(), path.Id);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "owner"), StorePlan.Owner(group) + "\n");
        if (group % 25 == 0) File.WriteAllText(Path.Combine(folder, "notes"), $"group {path.Id}\n");
        for (int slot = 0; slot < plan.Chunks; slot++) _image.Set(slot, pool[slot]);

        var random = new Random(group);
        for (int snapshot = 0; snapshot < plan.Snapshots; snapshot++)
        {
            pool.Add();
            _image.Set(random.Next(plan.Chunks), pool[pool.Count - 1]);
            WriteSnapshot(group, snapshot, folder, zstd);
        }
    }

    private void WriteSnapshot(int group, int snapshot, string groupFolder, ZstdEncoder zstd)
    {
        long time = plan.Time(group, snapshot);
        string folder = Path.Combine(groupFolder, BackupTime.Format(time));
        Directory.CreateDirectory(folder);
        string archive = StorePlan.Archive(StorePlan.Group(group).Type);
        Digest checksum;
        using (FileStream index = File.Create(Path.Combine(folder, archive))) checksum = _image.WriteTo(index, Guid.NewGuid(), time);
        byte[] manifest = SampleManifest.Create(plan, group, snapshot, checksum).ToText();
        File.WriteAllBytes(Path.Combine(folder, Manifest.FileName), DataBlob.Encode(manifest, zstd));
        if (StorePlan.IsProtected(group, snapshot)) File.WriteAllBytes(Path.Combine(folder, ".protected"), []);
    }
}
