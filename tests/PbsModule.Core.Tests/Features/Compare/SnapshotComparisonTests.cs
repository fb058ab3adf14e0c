using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Compare;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>Differences between snapshots, against listings of both and against their chunks one by one.</summary>
public sealed class SnapshotComparisonTests
{
    private const int AllLevels = 1000;

    private readonly List<ListingProblem> _problems = [];

    [Fact]
    public void Files_of_golden_snapshots_differ_as_their_listings_do()
    {
        GoldenStore store = GoldenStore.Ds1;
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SnapshotPath[] snapshots = [.. engine.Snapshots.List(context, new SnapshotQuery { Groups = [GroupPath.Parse("host/alpha")] }, _problems.Add, TestContext.Current.CancellationToken)
            .Select(snapshot => ((ISnapshotItem)snapshot).Snapshot)];
        Assert.Equal(5, snapshots.Length);
        int differences = 0;
        foreach (SnapshotPath reference in snapshots)
        {
            foreach (SnapshotPath snapshot in snapshots)
            {
                SnapshotDifferenceInfo[] found = [.. engine.Comparison.Compare(context, reference, snapshot, [], null, _problems.Add, TestContext.Current.CancellationToken).Where(difference => difference.Path is not null)];
                Dictionary<string, CatalogItemInfo> before = Items(engine, context, reference), now = Items(engine, context, snapshot);
                List<string> expected = [];
                foreach (string name in before.Keys.Union(now.Keys))
                {
                    // An archive that only one of them has is a difference as a whole.
                    string archive = name[..name.IndexOf('/')];
                    if (!before.Values.Any(each => each.Archive == archive) || !now.Values.Any(each => each.Archive == archive)) continue;
                    CatalogItemInfo? old = before.GetValueOrDefault(name), item = now.GetValueOrDefault(name);
                    if (old is null) expected.Add($"Added {name}  {item!.Size}");
                    else if (item is null) expected.Add($"Removed {name} {old.Size} ");
                    else if (old.Type != item.Type || old.Size != item.Size || old.LastWriteTime != item.LastWriteTime) expected.Add($"Changed {name} {old.Size} {item.Size}");
                }

                Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(Text).Order(StringComparer.Ordinal));
                Assert.Equal(found.GroupBy(each => each.Archive).SelectMany(group => group), found);
                differences += found.Length;
            }
        }

        Assert.True(differences > 20, $"{differences}");
        Assert.DoesNotContain(_problems, problem => problem.Kind != ListingProblemKind.Information);

        static string Text(SnapshotDifferenceInfo each) =>
            $"{each.Change} {each.Archive}{each.Path} {(each.Change == SnapshotChange.Added ? null : each.ReferenceSize)} {(each.Change == SnapshotChange.Removed ? null : each.Size)}";
    }

    [Fact]
    public void Ranges_of_golden_images_cover_exactly_the_chunks_that_differ()
    {
        GoldenStore store = GoldenStore.Ds1;
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SnapshotPath snapshot = ((ISnapshotItem)engine.Snapshots.List(context, new SnapshotQuery { Groups = [GroupPath.Parse("vm/100")], Latest = 1 }, _problems.Add, TestContext.Current.CancellationToken).Single()).Snapshot;
        SnapshotPath reference = engine.Comparison.FindPrevious(context, snapshot)!.Value;
        SnapshotDifferenceInfo[] found = [.. engine.Comparison.Compare(context, reference, snapshot, [NameFilter.Literal("drive-scsi0.img")], null, _problems.Add, TestContext.Current.CancellationToken)];
        Assert.NotEmpty(found);
        ChunkIndex before = IndexFile.Open(store.PathOf($"{reference}/drive-scsi0.img.fidx")), now = IndexFile.Open(store.PathOf($"{snapshot}/drive-scsi0.img.fidx"));
        for (int i = 0; i < now.Count; i++)
        {
            ChunkRange range = now.GetRange(i);
            bool differs = before.GetDigest(i) != now.GetDigest(i);
            Assert.Equal(differs, found.Any(each => each.Change == SnapshotChange.Changed && each.Offset <= range.Offset && each.Offset + each.Size >= range.End));
        }

        Assert.Equal("drive-scsi0.img", found[0].Archive);
        Assert.Null(engine.Comparison.FindPrevious(context, reference));
    }

    [Theory]
    [InlineData("abcd", "abcd", "")]
    [InlineData("abcd", "axyd", "Changed 4+8")]
    [InlineData("abcd", "xbcy", "Changed 0+4;Changed 12+4")]
    [InlineData("ab", "abcd", "Added 8+8")]
    [InlineData("abcd", "xb", "Changed 0+4;Removed 8+8")]
    public void Ranges_of_images(string before, string now, string expected) => Assert.Equal(expected, Text(IndexComparison.Run("x", Fixed(before), Fixed(now))));

    [Theory]
    [InlineData("abcd", "abcd", "")]
    [InlineData("abcd", "axbcd", "Added 4+4")]
    [InlineData("abcd", "acd", "Removed 4+4")]
    [InlineData("abcd", "xabcyz", "Added 0+4;Added 16+8;Removed 12+4")]
    [InlineData("ab", "ba", "")]
    public void Ranges_of_archives_without_catalogs(string before, string now, string expected) =>
        Assert.Equal(expected, Text(IndexComparison.Run("x", Dynamic(before), Dynamic(now))));

    [Fact]
    public void Directories_come_and_go_with_what_is_in_them()
    {
        using var store = new StoreOnDisk();
        store.AddCatalog("host/a", 1000, writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            writer.StartDirectory("old"u8);
            writer.AddFile("x"u8, 5, 1);
            writer.EndDirectory();
            writer.AddFile("same"u8, 7, 7);
            writer.AddFile("turns"u8, 7, 7);
            writer.EndDirectory();
        });
        store.AddCatalog("host/a", 2000, writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            writer.StartDirectory("new"u8);
            writer.AddFile("y"u8, 6, 1);
            writer.EndDirectory();
            writer.AddFile("same"u8, 7, 7);
            writer.StartDirectory("turns"u8);
            writer.AddFile("z"u8, 1, 1);
            writer.EndDirectory();
            writer.EndDirectory();
        });

        // The archives themselves are the same by their manifests, which here say nothing of them.
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SetChecksum(store, 2000);
        SnapshotDifferenceInfo[] found = [.. engine.Comparison.Compare(context, SnapshotPath.Parse("host/a/1970-01-01T00:16:40Z"), SnapshotPath.Parse("host/a/1970-01-01T00:33:20Z"), [], null, _problems.Add, TestContext.Current.CancellationToken)];
        Assert.Equal(
            ["Added root.pxar/new", "Added root.pxar/new/y", "Removed root.pxar/old", "Removed root.pxar/old/x", "Changed root.pxar/turns", "Added root.pxar/turns/z"],
            found.Select(each => each.ToString()));
        Assert.Equal([(null, null), (6L, 0L), (null, null), (0L, 5L)], found.Take(4).Select(each => (each.Size, each.ReferenceSize)));
        Assert.Equal("host/a/1970-01-01T00:16:40Z", found[0].ReferenceSnapshot);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Split_archives_differ_by_their_files_not_by_their_chunks(bool isSplit, bool isLaterSplit)
    {
        using var store = new StoreOnDisk();
        long first = ArchiveOnDisk.Time, second = first + 1000;
        Add(first, isSplit, [1, 2, 3], "old");
        Add(second, isLaterSplit, [1, 2, 3, 4], "new");
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SnapshotPath Of(long time) => ArchiveOnDisk.Snapshot with { Time = time };
        string[] found = [.. engine.Comparison.Compare(context, Of(first), Of(second), [], null, _problems.Add, TestContext.Current.CancellationToken).Select(each => each.ToString())];
        Assert.Equal(["Changed root.pxar/etc/a", "Added root.pxar/etc/new", "Removed root.pxar/etc/old"], found);
        Assert.Empty(_problems);

        void Add(long time, bool split, byte[] content, string name)
        {
            if (!split)
            {
                store.AddCatalog(ArchiveOnDisk.Group, time, writer =>
                {
                    writer.StartDirectory("root.pxar.didx"u8);
                    writer.StartDirectory("etc"u8);
                    writer.AddFile("a"u8, (ulong)content.Length, ArchiveOnDisk.ModificationTime);
                    writer.AddFile(System.Text.Encoding.UTF8.GetBytes(name), 1, ArchiveOnDisk.ModificationTime);
                    writer.EndDirectory();
                    writer.EndDirectory();
                });
                return;
            }

            using var payload = new MemoryStream();
            byte[] archive = ArchiveOnDisk.Write(
                writer =>
                {
                    writer.StartDirectory(ArchiveOnDisk.Folder("etc"));
                    writer.Add(ArchiveOnDisk.File_("a"), content);
                    writer.Add(ArchiveOnDisk.File_(name), [9]);
                    writer.EndDirectory();
                },
                payload);
            store.AddArchive(archive, payload.ToArray(), time: time);
        }
    }

    [Fact]
    public void A_catalog_that_leads_in_circles_is_refused()
    {
        CatalogReader circling = new(new MemoryByteSource(CatalogTests.Circling())), empty = new(new MemoryByteSource(CatalogOnDisk.Write(static _ => { })));
        Assert.Equal("a directory comes twice", Assert.Throws<PbsFormatException>(
            () => new CatalogComparison(empty, circling, "x", TestContext.Current.CancellationToken).Run(empty.Root, circling.Root).Take(10_000).Count()).Reason);
        Assert.Equal("a directory comes twice", Assert.Throws<PbsFormatException>(
            () => new CatalogComparison(circling, circling, "x", TestContext.Current.CancellationToken).Run(circling.Root, circling.Root).Count()).Reason);
    }

    [Fact]
    public void A_catalog_that_is_too_deep_is_refused()
    {
        CatalogReader deep = new(new MemoryByteSource(CatalogOnDisk.Write(writer =>
        {
            for (int i = 0; i < 5000; i++) writer.StartDirectory("d"u8);
            for (int i = 0; i < 5000; i++) writer.EndDirectory();
        })));
        Assert.Contains("levels deep", Assert.Throws<PbsFormatException>(() => new CatalogComparison(deep, deep, "x", TestContext.Current.CancellationToken).Run(deep.Root, deep.Root).Count()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_index_is_no_change()
    {
        using GoldenStore store = GoldenStore.Copy();
        PbsEngine engine = new PbsEngine(Connection.None);
        SnapshotPath snapshot = SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), reference = SnapshotPath.Parse("vm/100/2024-05-05T00:00:02Z");
        string path = store.PathOf($"{reference}/drive-scsi0.img.fidx");
        byte[] index = File.ReadAllBytes(path);
        index[^1] ^= 1;
        File.WriteAllBytes(path, index);
        Assert.DoesNotContain(engine.Comparison.Compare(engine.Resolver.ResolvePath(store.Path), reference, snapshot, [], null, _problems.Add, TestContext.Current.CancellationToken), each => each.Archive == "drive-scsi0.img");
        Assert.Contains(path, Assert.Single(_problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_costs_the_archive_it_is_in_alone()
    {
        using GoldenStore store = GoldenStore.Copy();
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SnapshotPath snapshot = SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z");
        SnapshotPath reference = engine.Comparison.FindPrevious(context, snapshot)!.Value;
        string[] whole = Differences();
        File.WriteAllBytes(store.PathOf($"{snapshot}/drive-scsi0.img.fidx"), [1, 2, 3]);
        string[] damaged = Differences();
        Assert.Equal(whole.Where(each => !each.Contains("scsi0", StringComparison.Ordinal)), damaged);
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal((PbsErrorId.IndexInvalid, ListingProblemKind.Error), (problem.ErrorId, problem.Kind));
        Assert.Contains("drive-scsi0.img.fidx", problem.Message, StringComparison.Ordinal);

        string[] Differences() => [.. engine.Comparison.Compare(context, reference, snapshot, [], null, _problems.Add, TestContext.Current.CancellationToken).Select(each => each.ToString())];
    }

    [Fact]
    public void A_damaged_store_is_compared_as_far_as_it_can_be()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(GoldenStore.Corrupt.Path);
        int compared = 0;
        foreach (SnapshotInfo snapshot in engine.Snapshots.List(context, new SnapshotQuery { Recurse = true, Finished = true }, _ => { }, TestContext.Current.CancellationToken))
        {
            SnapshotPath path = ((ISnapshotItem)snapshot).Snapshot;
            if (engine.Comparison.FindPrevious(context, path) is not { } reference) continue;
            try
            {
                compared += engine.Comparison.Compare(context, reference, path, [], null, _problems.Add, TestContext.Current.CancellationToken).Count();
            }
            catch (PbsException e)
            {
                Assert.Contains("index.json.blob", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(compared > 5, $"{compared}");
        Assert.All(_problems, problem => Assert.NotNull(problem.Exception));
    }

    /// <summary>Gives the archive another checksum, so that it is looked at.</summary>
    private static void SetChecksum(StoreOnDisk store, long time)
    {
        string path = store.PathOf($"host/a/{BackupTime.Format(time)}/index.json.blob");
        Manifest manifest = Manifest.Parse(File.ReadAllBytes(path).AsSpan(BlobHeader.PlainSize));
        ManifestFile[] files = [.. manifest.Files.Select(file => file.FileName == "root.pxar.didx" ? file with { Checksum = Digest.Of("other"u8) } : file)];
        File.WriteAllBytes(path, DataBlob.Encode(Manifest.Create(BackupType.Host, "a", time, files).ToText()));
    }

    private static string Text(IEnumerable<SnapshotDifference> differences) =>
        string.Join(';', differences.Select(each => $"{each.Change} {each.Offset}+{(each.Change == SnapshotChange.Removed ? each.ReferenceSize : each.Size)}"));

    private static ChunkIndex Fixed(string chunks)
    {
        using var stream = new MemoryStream();
        var writer = new FixedIndexWriter(chunks.Length * 4, 4);
        for (int i = 0; i < chunks.Length; i++) writer.Set(i, Digest.Of([(byte)chunks[i]]));
        writer.WriteTo(stream, Guid.NewGuid(), 0);
        return ChunkIndex.Parse(IndexKind.Fixed, stream.ToArray());
    }

    private static ChunkIndex Dynamic(string chunks)
    {
        using var stream = new MemoryStream();
        using (var writer = new DynamicIndexWriter(stream, Guid.NewGuid(), 0))
        {
            foreach (char chunk in chunks) writer.Add(4, Digest.Of([(byte)chunk]));
            writer.Finish();
        }

        return ChunkIndex.Parse(IndexKind.Dynamic, stream.ToArray());
    }

    private Dictionary<string, CatalogItemInfo> Items(PbsEngine engine, DatastoreContext context, SnapshotPath snapshot) =>
        engine.Catalogs.ListItems(context, snapshot, new CatalogQuery { Depth = AllLevels }, null, _problems.Add, TestContext.Current.CancellationToken)
            .Where(item => item.Path != "/").ToDictionary(item => item.Archive + item.Path);
}
