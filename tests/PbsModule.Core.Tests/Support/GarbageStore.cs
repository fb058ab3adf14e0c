using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>A datastore with chunks of chosen ages and indexes that refer to some of them.</summary>
internal sealed class GarbageStore : IDisposable
{
    public StoreOnDisk Disk { get; } = new();

    public string Path => Disk.Path;

    /// <summary>A chunk of this text that was accessed so many days ago.</summary>
    /// <returns>Its digest.</returns>
    public Digest Put(string text, double daysAgo, string suffix = "")
    {
        byte[] data = Encoding.UTF8.GetBytes(text);
        var digest = Digest.Of(data);
        string path = PathOf(digest) + suffix;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, DataBlob.Encode(data));
        File.SetLastAccessTimeUtc(path, DateTime.UtcNow.AddDays(-daysAgo));
        return digest;
    }

    /// <summary>A dynamic index anywhere in the store.</summary>
    public string AddIndex(string relative, params ReadOnlySpan<Digest> digests)
    {
        string path = Disk.PathOf(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        using var writer = new DynamicIndexWriter(file, Guid.NewGuid(), 0);
        foreach (Digest digest in digests) writer.Add(5, digest);
        writer.Finish();
        return path;
    }

    /// <summary>Gives the header of an index the checksum that its entries have.</summary>
    public static void Seal(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        Digest.Of(content.AsSpan(IndexHeader.Size)).Bytes.CopyTo(content.AsSpan(IndexHeader.ChecksumAt));
        File.WriteAllBytes(path, content);
    }

    public string PathOf(in Digest digest) => Disk.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");

    public bool Has(in Digest digest, string suffix = "") => File.Exists(PathOf(digest) + suffix);

    /// <summary>Collects its garbage.</summary>
    public GarbageCollectionFile Collect(GarbageLog? log = null, GarbageCollectionSettings? settings = null, IFileMutations? mutations = null, FolderAccess? folders = null) =>
        new GarbageCollection(Datastore.Open(Path, "store", folders ?? FolderAccess.Default), mutations ?? FileMutations.Default, settings ?? new(), log ?? new())
            .Run(null, CancellationToken.None);

    public GarbageFigures Measure(
        GarbageCollectionSettings? settings = null, GarbageLog? log = null, FolderAccess? folders = null) =>
        new GarbageMeasure(Datastore.Open(Path, "store", folders ?? FolderAccess.Default), settings ?? new(), log ?? new())
            .Run(CancellationToken.None);

    public void Dispose() => Disk.Dispose();
}
