using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>A small store whose snapshots have archives with real chunks, put together by a test.</summary>
internal sealed class ChunkedStore : IDisposable
{
    private readonly StoreOnDisk _disk = new();
    private readonly ZstdEncoder _zstd = new();
    private readonly Dictionary<Digest, int> _lengths = [];

    public string Path => _disk.Path;

    public string PathOf(string relative) => _disk.PathOf(relative);

    public string PathOf(in Digest digest) => _disk.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");

    /// <summary>Stores a chunk of data that zstd packs a little.</summary>
    public Digest Put(int seed, int length = 3000)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data.AsSpan(0, length / 2));
        return Put(data);
    }

    public Digest Put(byte[] data, CryptKey? key = null)
    {
        Digest digest = key?.ComputeDigest(data) ?? Digest.Of(data);
        string path = PathOf(digest);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, key is null ? DataBlob.Encode(data, _zstd) : EncryptedBlob.Encode(data, key, _zstd));
        _lengths[digest] = data.Length;
        return digest;
    }

    /// <summary>Adds a snapshot with one archive, <c>root.pxar.didx</c>.</summary>
    /// <param name="snapshot"><c>vm/100/2024-05-01T10:00:00Z</c></param>
    /// <param name="chunks">Of its archive.</param>
    public SnapshotPath Add(string snapshot, params Digest[] chunks) => Add(snapshot, CryptMode.None, manifest => manifest, chunks);

    public SnapshotPath Add(string snapshot, CryptMode mode, Func<Manifest, Manifest> change, params Digest[] chunks) =>
        Add(snapshot, mode, change, [.. chunks.Select(digest => (digest, (long)_lengths[digest]))]);

    public SnapshotPath Add(string snapshot, CryptMode mode, Func<Manifest, Manifest> change, params (Digest Digest, long Length)[] chunks)
    {
        SnapshotPath path = SnapshotPath.Parse(snapshot);
        string folder = Directory.CreateDirectory(PathOf(snapshot)).FullName;
        string group = Directory.GetParent(folder)!.FullName;
        if (!File.Exists(System.IO.Path.Combine(group, "owner"))) File.WriteAllText(System.IO.Path.Combine(group, "owner"), "root@pam\n");
        using FileStream stream = File.Create(System.IO.Path.Combine(folder, "root.pxar.didx"));
        using var index = new DynamicIndexWriter(stream, Guid.NewGuid(), path.Time);
        foreach ((Digest digest, long length) in chunks) index.Add(length, digest);
        long size = index.LogicalSize;
        Manifest manifest = Manifest.Create(path.Group.Type, path.Group.Id, path.Time, new ManifestFile("root.pxar.didx", mode, (ulong)size, index.Finish()));
        WriteManifest(path, change(manifest));
        return path;
    }

    public void WriteManifest(SnapshotPath snapshot, Manifest manifest) =>
        File.WriteAllBytes(PathOf($"{snapshot}/index.json.blob"), DataBlob.Encode(manifest.ToText(), _zstd));

    public Manifest ManifestOf(SnapshotPath snapshot)
    {
        using var zstd = new ZstdDecoder();
        return Manifest.Parse(DataBlob.Decode(File.ReadAllBytes(PathOf($"{snapshot}/index.json.blob")), zstd));
    }

    public VerifyOutcome? StateOf(SnapshotPath snapshot) => ManifestOf(snapshot).VerifyState?.Outcome;

    /// <summary>Names of chunk files that are not chunks.</summary>
    public string[] SetAside() => [.. Directory.EnumerateFiles(PathOf(".chunks"), "*.bad", SearchOption.AllDirectories).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _zstd.Dispose();
        _disk.Dispose();
    }
}
