using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>Snapshots with archives of files, in a store that a test puts together.</summary>
internal static class ArchiveOnDisk
{
    public const string Group = "host/x";
    public const long Time = 1000;

    /// <summary>Of all entries.</summary>
    public const long ModificationTime = 1_700_000_000;

    /// <summary>The snapshot <see cref="AddArchive"/> makes.</summary>
    public static SnapshotPath Snapshot { get; } = SnapshotPath.Parse($"{Group}/{BackupTime.Format(Time)}");

    /// <summary>A finished snapshot with one archive in it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="archive">The bytes; of a split one those of the metadata.</param>
    /// <param name="payload">Those of the content of a split one.</param>
    /// <param name="chunkSize">Cut into chunks of so many bytes.</param>
    /// <param name="key">Encrypts it.</param>
    /// <param name="name">What the archive is called, without its ending.</param>
    /// <param name="time">Of the snapshot, Unix seconds.</param>
    public static void AddArchive(this StoreOnDisk store, byte[] archive, byte[]? payload = null, int chunkSize = 64 << 10, CryptKey? key = null, string name = "root", long time = Time)
    {
        if (!File.Exists(store.PathOf($"{Group}/owner"))) store.AddGroup(Group);
        string folder = Directory.CreateDirectory(store.PathOf($"{Group}/{BackupTime.Format(time)}")).FullName;
        CryptMode mode = key is null ? CryptMode.None : CryptMode.Encrypt;
        List<ManifestFile> files = [Index(store, folder, payload is null ? $"{name}.pxar.didx" : $"{name}.mpxar.didx", archive, chunkSize, key)];
        if (payload is not null) files.Add(Index(store, folder, $"{name}.ppxar.didx", payload, chunkSize, key));
        Manifest manifest = Manifest.Create(BackupType.Host, "x", time, [.. files.Select(file => file with { CryptMode = mode })]);
        if (key is not null) manifest = manifest.WithKeyFingerprint(key.Fingerprint);
        File.WriteAllBytes(Path.Combine(folder, Manifest.FileName), DataBlob.Encode(manifest.ToText()));
    }

    /// <summary>A finished snapshot with any indexes in it, each with its bytes.</summary>
    public static void AddIndexes(this StoreOnDisk store, params (string Name, byte[] Bytes)[] indexes)
    {
        if (!File.Exists(store.PathOf($"{Group}/owner"))) store.AddGroup(Group);
        string folder = Directory.CreateDirectory(store.PathOf($"{Group}/{BackupTime.Format(Time)}")).FullName;
        ManifestFile[] files =
            [.. indexes.Select(index => Index(store, folder, index.Name, index.Bytes, 64 << 10, null))];
        File.WriteAllBytes(
            Path.Combine(folder, Manifest.FileName),
            DataBlob.Encode(Manifest.Create(BackupType.Host, "x", Time, files).ToText()));
    }

    /// <summary>An archive that the test fills; the root is there.</summary>
    public static byte[] Write(Action<PxarWriter> fill, Stream? payload = null)
    {
        using var archive = new MemoryStream();
        var writer = new PxarWriter(archive, payload);
        writer.StartDirectory(Folder(""));
        fill(writer);
        writer.EndDirectory();
        return archive.ToArray();
    }

    public static PxarEntry Folder(string name, uint permissions = 0x1ED) =>
        new() { Name = Encoding.UTF8.GetBytes(name), Type = CatalogEntryType.Directory, Stat = Stat(0x4000 | permissions) };

    public static PxarEntry File_(string name, uint permissions = 0x1A4) =>
        new() { Name = Encoding.UTF8.GetBytes(name), Type = CatalogEntryType.File, Stat = Stat(0x8000 | permissions) };

    public static PxarEntry Link(string name, string target) =>
        new() { Name = Encoding.UTF8.GetBytes(name), Type = CatalogEntryType.SymbolicLink, Stat = Stat(0xA1FF), LinkTarget = Encoding.UTF8.GetBytes(target) };

    /// <summary>Deletes the chunk that holds an offset of the archive.</summary>
    public static void LoseChunk(this StoreOnDisk store, string file, long offset)
    {
        var index = new DynamicIndex(File.ReadAllBytes(store.PathOf($"{Group}/{BackupTime.Format(Time)}/{file}")));
        string digest = index.GetDigest(index.FindChunk(offset)).ToString();
        File.Delete(store.PathOf($".chunks/{digest[..4]}/{digest}"));
    }

    private static PxarStat Stat(uint mode) => new(mode, 0, (uint)0, 0, ModificationTime, 123_456_700);

    private static ManifestFile Index(StoreOnDisk store, string folder, string fileName, byte[] bytes, int chunkSize, CryptKey? key)
    {
        using var file = new FileStream(Path.Combine(folder, fileName), FileMode.Create);
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), Time);
        foreach (byte[] chunk in bytes.Chunk(chunkSize)) index.Add(chunk.Length, CatalogOnDisk.Put(store, chunk, key));
        return new ManifestFile(fileName, CryptMode.None, (ulong)bytes.Length, index.Finish());
    }
}
