using System.Reflection;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Tests;

/// <summary>
/// The local cache of a bucket: recognised without a configuration, listed and read as far as it goes, and never changed,
/// forced or not. Elsewhere an empty chunk file is damage.
/// </summary>
public sealed class S3CacheTests
{
    public S3CacheTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void No_entry_point_that_changes_a_store_is_open_on_a_cache() => Assert.All(
        typeof(Entries).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<Entry>(),
        entry => Assert.False(entry.OnS3 && (entry.Operation == DatastoreOperation.Write || entry == Entries.Verify || entry == Entries.MeasureGarbage), entry.Name));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cache_is_listed_and_not_changed_even_if_forced(bool isRegistered)
    {
        using GoldenStore golden = GoldenStore.Copy();
        Empty(golden, static _ => true);
        using var server = new ServerFolder();
        server.Register(("cloud", golden.Path, "\tbackend type=s3,client=client1,bucket=bucket1\n"));
        PbsEngine engine = isRegistered ? server.Session() : new PbsEngine(Connection.None);
        DatastoreContext store = isRegistered ? engine.Resolver.Resolve("cloud") : engine.Resolver.ResolvePath(golden.Path);
        string before = Fingerprint(golden.Path);

        SnapshotInfo[] snapshots = [.. engine.Snapshots.List(store, new SnapshotQuery(), static _ => { }, CancellationToken.None)];
        Assert.NotEmpty(snapshots);
        SnapshotPath first = ((ISnapshotItem)snapshots[0]).Snapshot;
        foreach (Action act in (Action[])
                 [
                     () => engine.Removal.RemoveSnapshot(store, first, true, CancellationToken.None),
                     () => engine.Removal.RemoveGroup(store, first.Namespace, first.Group, true, CancellationToken.None),
                     () => engine.Protection.Set(store, first, true, true, CancellationToken.None),
                     () => engine.Notes.SetGroupNote(store, first.Namespace, first.Group, "x", true, CancellationToken.None),
                     () => engine.Owner.Change(store, first.Namespace, first.Group, Authid.Root, true, CancellationToken.None),
                     () => engine.NamespaceChanges.Create(store, BackupNamespace.Parse("new"), true, CancellationToken.None),
                     () => engine.Garbage.Start(store, new GarbageQuery { Force = true }, CancellationToken.None),
                     () => engine.Garbage.MeasureGarbage(store, new GarbageQuery(), static _ => { }, null, CancellationToken.None),
                     () => engine.Verify.Start(store, new VerifyQuery(), CancellationToken.None),
                     () => Pruning.Run(engine, store, new GroupQuery { Recurse = true }, new KeepOptions { Last = 1 }, force: true),
                 ])
        {
            var refused = Assert.Throws<PbsConflictException>(act);
            Assert.Equal(PbsErrorId.DatastoreBackendUnsupported, refused.ErrorId);
            Assert.Contains("local cache of an S3 bucket", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Fingerprint(golden.Path));
    }

    [Fact]
    public void A_search_names_a_cache_as_such()
    {
        using GoldenStore golden = GoldenStore.Copy();
        Assert.Equal(("filesystem", null), Found(golden));
        Empty(golden, static _ => true);
        Assert.Equal(("s3", "local cache of an S3 bucket: it can only be listed and read here"), Found(golden));
    }

    [Fact]
    public void What_a_configuration_says_decides_whatever_the_chunks_look_like()
    {
        using GoldenStore golden = GoldenStore.Copy();
        using var server = new ServerFolder();
        server.Register(("cloud", golden.Path, "\tbackend type=s3,client=client1,bucket=bucket1\n"));
        PbsEngine engine = server.Session();
        DatastoreContext byPath = engine.Resolver.ResolvePath(golden.PathOf(".chunks"));
        Assert.Equal(
            PbsErrorId.DatastoreBackendUnsupported,
            Assert.Throws<PbsConflictException>(() => engine.Garbage.Start(byPath, new GarbageQuery { Force = true }, CancellationToken.None)).ErrorId);

        Empty(golden, static _ => true);
        server.Register(("damaged", golden.Path, ""));
        DatastoreContext damaged = server.Session().Resolver.Resolve("damaged");
        Assert.Equal(0, engine.Garbage.MeasureGarbage(damaged, new GarbageQuery(), static _ => { }, null, CancellationToken.None).InUseBytes);
        PbsConflictException refused = Assert.Throws<PbsConflictException>(() => new PbsEngine(Connection.None).Garbage.Start(
            new PbsEngine(Connection.None).Resolver.ResolvePath(golden.Path), new GarbageQuery { Force = true }, CancellationToken.None));
        Assert.Contains("connect to a configuration that names it without a backend", refused.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_says_a_chunk_is_in_use_is_enough()
    {
        using GoldenStore golden = GoldenStore.Copy();
        string chunk = Chunks(golden).First();
        File.WriteAllText(chunk + ".using", "");
        Assert.Equal("s3", Found(golden).Backend);
    }

    [Fact]
    public void A_few_empty_chunk_files_are_damage()
    {
        using GoldenStore golden = GoldenStore.Copy();
        string[] chunks = [.. Chunks(golden)];
        string[] emptied = [.. chunks.Take(Math.Min(7, chunks.Length / 5))];
        Assert.NotEmpty(emptied);
        foreach (string chunk in emptied) File.WriteAllBytes(chunk, []);
        Assert.Equal("filesystem", Found(golden).Backend);
        using var reader = new ChunkReader(golden.PathOf(".chunks"));
        Assert.Equal(ChunkFault.Damaged, reader.Check(Digest.Parse(Path.GetFileName(emptied[0])), 1).Fault);
    }

    [Fact]
    public void A_chunk_that_is_only_in_the_bucket_is_neither_damaged_nor_lost()
    {
        using GoldenStore golden = GoldenStore.Copy();
        Empty(golden, static _ => true);
        Storage.Datastore datastore = Storage.Datastore.Open(golden.Path, "ds1", FolderAccess.Default);
        Assert.True(datastore.IsS3Cache);
        string empty = Chunks(golden).First();
        using var reader = new ChunkReader(new Storage.Raw.FolderChunks(golden.PathOf(".chunks"), SequentialFile.In, () => datastore.IsS3Cache), null);
        ChunkCheck marker = reader.Check(Digest.Parse(Path.GetFileName(empty)), 1);
        Assert.Equal((ChunkFault.Missing, PbsErrorId.ChunkNotCached), (marker.Fault, marker.Error!.ErrorId));
        ChunkCheck absent = reader.Check(Digest.Of("nothing"u8), 1);
        Assert.Equal((ChunkFault.Missing, PbsErrorId.ChunkNotCached), (absent.Fault, absent.Error!.ErrorId));
    }

    [Fact]
    public void A_pipeline_of_changes_looks_once()
    {
        int looks = 0;
        var memo = new S3CacheMemo();
        var first = new FileIdentity(1, 2);
        for (int i = 0; i < 3; i++) Assert.True(memo.Recall(first, () => ++looks > 0));
        Assert.Equal(1, looks);
        Assert.False(memo.Recall(new FileIdentity(1, 3), () => false));
    }

    private static (string Backend, string? Problem) Found(GoldenStore golden)
    {
        FoundDatastore found = Assert.Single(new PbsEngine(Connection.None).Finder.Find(golden.Path, 0, static _ => { }, CancellationToken.None));
        return (found.Backend, found.Problem);
    }

    private static IEnumerable<string> Chunks(GoldenStore golden) =>
        Directory.EnumerateFiles(golden.PathOf(".chunks"), "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path).Length == Digest.TextLength).Order(StringComparer.Ordinal);

    private static void Empty(GoldenStore golden, Func<string, bool> which)
    {
        foreach (string chunk in Chunks(golden).Where(which)) File.WriteAllBytes(chunk, []);
    }

    private static string Fingerprint(string root) => string.Join('\n', Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {(File.Exists(path) ? new FileInfo(path).Length : 0)}"));
}
