using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Snapshots with catalogs, in a store that a test puts together.</summary>
internal static class CatalogOnDisk
{
    public const string FileName = "catalog.pcat1.didx";

    /// <summary>A finished snapshot with a catalog that the test writes.</summary>
    public static void AddCatalog(this StoreOnDisk store, string group, long time, Action<CatalogWriter> fill) => store.AddCatalog(group, time, Write(fill));

    /// <summary>The same with any bytes in the place of a catalog.</summary>
    /// <param name="store">The store.</param>
    /// <param name="group">The group, which gets an owner if it has none.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="bytes">What the index leads to.</param>
    /// <param name="chunkSize">Cut into chunks of so many bytes.</param>
    /// <param name="key">Encrypts it.</param>
    public static void AddCatalog(this StoreOnDisk store, string group, long time, byte[] bytes, int chunkSize = 64 << 10, CryptKey? key = null)
    {
        if (!File.Exists(store.PathOf($"{group}/owner"))) store.AddGroup(group);
        string folder = Directory.CreateDirectory(store.PathOf($"{group}/{BackupTime.Format(time)}")).FullName;
        using var file = new FileStream(Path.Combine(folder, FileName), FileMode.Create);
        using var index = new DynamicIndexWriter(file, Guid.NewGuid(), time);
        foreach (byte[] chunk in bytes.Chunk(chunkSize)) index.Add(chunk.Length, Put(store, chunk, key));
        Digest checksum = index.Finish();
        CryptMode mode = key is null ? CryptMode.None : CryptMode.Encrypt;
        Manifest manifest = Manifest.Create(BackupType.Host, "x", time,
            new ManifestFile("root.pxar.didx", mode, 1000, default), new ManifestFile(FileName, mode, (ulong)bytes.Length, checksum));
        if (key is not null) manifest = manifest.WithKeyFingerprint(key.Fingerprint);
        File.WriteAllBytes(Path.Combine(folder, Manifest.FileName), DataBlob.Encode(manifest.ToText()));
    }

    public static byte[] Write(Action<CatalogWriter> fill)
    {
        using var output = new MemoryStream();
        var writer = new CatalogWriter(output);
        fill(writer);
        writer.Finish();
        return output.ToArray();
    }

    internal static Digest Put(StoreOnDisk store, byte[] data, CryptKey? key)
    {
        Digest digest = key?.ComputeDigest(data) ?? Digest.Of(data);
        string path = store.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, key is null ? DataBlob.Encode(data) : EncryptedBlob.Encode(data, key));
        return digest;
    }
}
