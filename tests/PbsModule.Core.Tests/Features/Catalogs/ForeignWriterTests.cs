using System.Buffers.Binary;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>
/// Catalogs and archives as other clients than PBS's own write them: what can be read is given, what cannot is
/// reported, and nothing that
/// was not looked at counts as searched.
/// </summary>
public sealed class ForeignWriterTests
{
    private const string CatalogName = CatalogOnDisk.FileName;

    private readonly List<ListingProblem> _problems = [];
    private readonly List<UnsearchedSnapshotInfo> _unsearched = [];

    [Fact]
    public void A_time_before_1970_in_twos_complement_costs_no_entry()
    {
        byte[] old = [.. "f"u8, 3, .. "old"u8, 1, 0x80, 0xDE, 0xBD, 0xCF, 0xD4, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        using StoreOnDisk store = StoreWith(Catalog(File("a"), old, File("z")));
        CatalogItemInfo[] listed = List(store);
        Assert.Equal(["/a", "/old", "/z"], listed.Select(item => item.Path));
        Assert.Equal(new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero), listed[1].LastWriteTime);
        Assert.Equal(["/a", "/old", "/z"], Search(store).Select(item => item.Path));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Entries_without_a_name_are_left_out_and_reported_and_are_never_the_root()
    {
        byte[] file = [.. "f"u8, 0, 0, 0];
        using StoreOnDisk store = StoreWith(Catalog(file, File("a"), Lost(""), File("z")));
        Assert.Equal(["/a", "/z"], List(store).Select(item => item.Path));
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal(ListingProblemKind.Warning, problem.Kind);
        Assert.StartsWith("2 entries without names are in the catalog", problem.Message, StringComparison.Ordinal);
        Assert.Equal(["/a", "/z"], Search(store).Select(item => item.Path));
        Assert.Equal(
            1UL, new CatalogReader(new MemoryByteSource(Catalog(file, File("a")))).Find("root.pxar.didx/a"u8).Size);
        Assert.Throws<PbsNotFoundException>(
            () => new CatalogReader(new MemoryByteSource(Catalog(file))).Find("root.pxar.didx/"u8));
    }

    [Fact]
    public void A_path_finds_every_entry_that_has_it()
    {
        byte[] first = [.. "f"u8, 1, .. "a"u8, 1, 0], second = [.. "f"u8, 1, .. "a"u8, 3, 0];
        using StoreOnDisk store = StoreWith(Catalog(first, File("b"), second));
        CatalogPath path = CatalogPath.Literal("/a");
        Assert.Equal([1L, 3L], List(store, path).Select(item => item.Size));
        Assert.Equal([1L, 3L], Search(store, new FileQuery { Paths = [path] }).Select(item => item.Size));
    }

    [Fact]
    public void Entries_that_lead_to_one_table_do_not_multiply()
    {
        var catalog = new CatalogReader(new MemoryByteSource(Catalog(File("a"))));
        IReadOnlyList<CatalogEntry> thousand = [.. Enumerable.Repeat(catalog.Root, 1000)];
        Assert.Single(catalog.FindAll(thousand, "root.pxar.didx"u8));
    }

    [Fact]
    public void A_directory_that_leads_nowhere_costs_no_other_entry()
    {
        using StoreOnDisk store = StoreWith(Catalog(File("a"), Lost("d"), File("z")));
        Assert.Equal(["/a", "/z"], List(store).Select(item => item.Path));
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal((PbsErrorId.CatalogInvalid, ListingProblemKind.Error), (problem.ErrorId, problem.Kind));
        Assert.Equal(["/a", "/z"], Search(store).Select(item => item.Path));
        Assert.Equal([PbsErrorId.CatalogInvalid, PbsErrorId.CatalogInvalid], _problems.Select(each => each.ErrorId));
    }

    [Fact]
    public void A_record_without_a_byte_stands_for_what_the_client_could_not_read()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            foreach (string name in new[] { "a", "locked", "z" }) writer.Add(ArchiveOnDisk.File_(name), [1, 2]);
        });
        Record(archive, "locked").Clear();
        using StoreOnDisk store = StoreWith();
        store.AddArchive(archive);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        CatalogQuery all = new() { Archives = [NameFilter.Literal("root.pxar")], Depth = 9 };
        Assert.Equal(
            ["/a", "/z"],
            engine.Archives.ListItems(context, ArchiveOnDisk.Snapshot, all, null, _problems.Add, CancellationToken.None)
                .Select(item => item.Path));
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal(ListingProblemKind.Warning, problem.Kind);
        Assert.Contains("1 entry is not in the backup", problem.Message, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        string target = Path.Combine(folder.Root, "out");
        var listener = new ArchiveListener(_ => { }, _problems.Add, (_, _, _) => { });
        var request = new ExpandRequest(target);
        ArchiveRestoreInfo restored = engine.Expansion.ExpandArchive(
            context, ArchiveOnDisk.Snapshot, request, listener, CancellationToken.None);
        Assert.Equal((2L, 0L), (restored.Files, restored.Failed));
        Assert.Equal(
            2, _problems.Count(each => each.Kind == ListingProblemKind.Warning && each.Message == problem.Message));
    }

    [Fact]
    public void An_archive_that_the_catalog_does_not_cover_is_reported_as_not_searched()
    {
        using StoreOnDisk store = StoreWith();
        store.AddIndexes(
            ("root.pxar.didx", Archive("first")),
            ("home.pxar.didx", Archive("second")),
            (CatalogName, Catalog(File("first"))));
        Assert.Equal(["/first"], Search(store).Select(item => item.Path));
        UnsearchedSnapshotInfo unsearched = Assert.Single(_unsearched);
        Assert.Equal(("its catalog does not cover home.pxar", true), (unsearched.Reason, unsearched.MayHoldFiles));
        Assert.Empty(_problems);

        Assert.Equal(["/first"], List(store).Select(item => item.Path));
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal((PbsErrorId.CatalogMissing, ListingProblemKind.Error), (problem.ErrorId, problem.Kind));
        Assert.Contains("'home.pxar'", problem.Message, StringComparison.Ordinal);
        NameFilter[] covered = [NameFilter.Literal("root.pxar")];
        Assert.Empty(Search(store, new FileQuery { Archives = covered, Names = [new WildcardName("none", false)] }));
        Assert.Single(_unsearched);
    }

    [Fact]
    public void A_catalog_of_another_layout_covers_nothing_and_is_no_empty_answer()
    {
        byte[] empty = [.. CatalogTables.Magic, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0];
        using StoreOnDisk store = StoreWith();
        store.AddIndexes(("home.pxar.didx", Archive("second")), (CatalogName, empty));
        Assert.Empty(Search(store));
        Assert.Equal("its catalog does not cover home.pxar", Assert.Single(_unsearched).Reason);
        Assert.Empty(List(store));
        Assert.Equal(PbsErrorId.CatalogMissing, Assert.Single(_problems).ErrorId);
    }

    [Fact]
    public void A_split_archive_beside_a_catalog_is_searched_by_its_metadata()
    {
        using var payload = new MemoryStream();
        byte[] metadata = ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("second"), [1]), payload);
        using StoreOnDisk store = StoreWith();
        store.AddIndexes(
            ("root.pxar.didx", Archive("first")),
            ("home.mpxar.didx", metadata),
            ("home.ppxar.didx", payload.ToArray()),
            (CatalogName, Catalog(File("first"))));
        Assert.Equal(["root.pxar/first", "home.pxar/second"], Search(store).Select(item => item.Archive + item.Path));
        Assert.Equal(["root.pxar/first", "home.pxar/second"], List(store).Select(item => item.Archive + item.Path));
        Assert.Empty(_problems);
        Assert.Empty(_unsearched);
    }

    [Fact]
    public void Content_without_its_metadata_is_reported_as_not_searched()
    {
        using StoreOnDisk store = StoreWith();
        store.AddIndexes(("root.ppxar.didx", [1, 2, 3]));
        Assert.Empty(Search(store));
        Assert.True(Assert.Single(_unsearched).MayHoldFiles);
    }

    [Fact]
    public void Of_metadata_with_a_lost_chunk_the_rest_is_found()
    {
        using var payload = new MemoryStream();
        byte[] metadata = ArchiveOnDisk.Write(Folders, payload);
        using StoreOnDisk store = StoreWith();
        store.AddArchive(metadata, payload.ToArray(), chunkSize: 1024);
        int all = Search(store).Length;
        store.LoseChunk("root.mpxar.didx", metadata.Length / 2);
        Assert.InRange(Search(store).Length, all / 2, all - 1);
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Single(_problems).ErrorId);
    }

    [Fact]
    public void Of_a_catalog_with_a_lost_chunk_the_rest_is_found_and_listed()
    {
        byte[] catalog = CatalogOnDisk.Write(writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            for (int folder = 0; folder < 40; folder++)
            {
                writer.StartDirectory([(byte)'d', (byte)('A' + folder)]);
                for (int file = 0; file < 200; file++) writer.AddFile(
                    System.Text.Encoding.UTF8.GetBytes($"file-{file:D3}"), 1, 1);
                writer.EndDirectory();
            }

            writer.EndDirectory();
        });
        using StoreOnDisk store = StoreWith();
        store.AddCatalog(ArchiveOnDisk.Group, ArchiveOnDisk.Time, catalog, chunkSize: 4096);
        Assert.Equal(40 + (40 * 200), Search(store).Length);
        store.LoseChunk(CatalogName, catalog.Length / 2);
        Assert.InRange(Search(store).Length, 30 * 200, 39 * 200);
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Single(_problems).ErrorId);
        Assert.InRange(List(store).Length, 30 * 200, 39 * 200);
        Assert.Equal([PbsErrorId.ChunkMissing, PbsErrorId.ChunkMissing], _problems.Select(problem => problem.ErrorId));
    }

    [Fact]
    public void Two_archives_of_one_name_go_by_the_names_of_their_files()
    {
        using var payload = new MemoryStream();
        byte[] metadata = ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("f"), [2, 2]), payload);
        using StoreOnDisk store = StoreWith();
        store.AddIndexes(
            ("root.pxar.didx", Archive("f")),
            ("root.mpxar.didx", metadata),
            ("root.ppxar.didx", payload.ToArray()),
            (CatalogName, Catalog(File("f"))));
        Assert.Equal(["root.pxar.didx/f", "root.mpxar.didx/f"], List(store).Select(item => item.Archive + item.Path));
        Assert.Equal(["root.pxar.didx/f", "root.mpxar.didx/f"], Search(store).Select(item => item.Archive + item.Path));
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        Assert.Equal(
            [1, 2],
            new[] { "root.pxar.didx", "root.mpxar.didx" }
                .Select(
                    archive =>
                        engine.ArchiveItems.Find(
                            context, ArchiveOnDisk.Snapshot, archive, CatalogPath.Literal("/f"), null)!.Size));
        var error = Assert.Throws<PbsArgumentException>(
            () =>
                engine.ArchiveItems.Find(context, ArchiveOnDisk.Snapshot, "root.pxar", CatalogPath.Literal("/f"), null));
        Assert.Equal(PbsErrorId.ArchiveRequired, error.ErrorId);
        Assert.EndsWith("root.pxar.didx, root.mpxar.didx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_backup_is_named_beside_the_one_that_is_wanted()
    {
        using CryptKey key = new(CryptKeyTests.Bare), other = new(new byte[CryptKey.Size]);
        using StoreOnDisk store = StoreWith();
        store.AddCatalog(ArchiveOnDisk.Group, ArchiveOnDisk.Time, CatalogOnDisk.Write(_ => { }), key: key);
        var error = Assert.Throws<PbsIntegrityException>(() => Search(store, new FileQuery(), other));
        Assert.Equal(PbsErrorId.KeyMismatch, error.ErrorId);
        Assert.Contains(key.Fingerprint.ShortText, error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Fingerprint.ShortText, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59-23:59: what it says", null)]
    [InlineData("9999-12-31T23:59:59Z: what it says", 9999)]
    [InlineData("1970-01-01T00:00:00+23:59: what it says", 1969)]
    public void A_time_of_a_log_that_no_calendar_has_is_a_part_of_the_message(string line, int? year)
    {
        (DateTimeOffset? time, string message) = TaskLogText.Split(line);
        Assert.Equal(year, time?.Year);
        Assert.Equal(year is null ? line : "what it says", message);
    }

    [Theory]
    [InlineData(long.MinValue, 1)]
    [InlineData(long.MaxValue, 9999)]
    [InlineData(1_700_000_000, 2023)]
    public void A_chunk_that_was_accessed_at_a_time_no_calendar_has_is_measured(long accessed, int year) =>
        Assert.Equal(year == 1 ? 1970 : year, GarbageInfo.Moment(accessed, 86_400).Year);

    private static void Folders(PxarWriter writer)
    {
        for (int folder = 0; folder < 20; folder++)
        {
            writer.StartDirectory(ArchiveOnDisk.Folder($"d{folder:D2}"));
            for (int file = 0; file < 10; file++) writer.Add(ArchiveOnDisk.File_($"f{file}"), [1]);
            writer.EndDirectory();
        }
    }

    private static byte[] Archive(string file) =>
        ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_(file), [1]));

    private static byte[] File(string name) =>
        [.. "f"u8, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), 1, 1];

    /// <summary>A directory whose table would lie in front of the catalog.</summary>
    private static byte[] Lost(string name) =>
        [.. "d"u8, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), 0x7F];

    /// <summary>A catalog with one archive, of which a test writes the entries.</summary>
    private static byte[] Catalog(params byte[][] entries)
    {
        byte[] name = [.. "root.pxar.didx"u8];
        byte[] body = [(byte)entries.Length, .. entries.SelectMany(entry => entry)];
        byte[] root = [1, (byte)'d', (byte)name.Length, .. name, (byte)(body.Length + 1)];
        byte[] bytes =
            [.. CatalogTables.Magic, (byte)body.Length, .. body, (byte)root.Length, .. root, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(^8..), CatalogTables.MagicSize + 1 + body.Length);
        return bytes;
    }

    /// <summary>Offset and length in the record of a name in the table at the end of an archive.</summary>
    private static Span<byte> Record(byte[] archive, string name)
    {
        byte[] hash = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, SipHash.Of(System.Text.Encoding.UTF8.GetBytes(name)));
        return archive.AsSpan(archive.AsSpan().LastIndexOf(hash) + hash.Length, 2 * sizeof(ulong));
    }

    private static StoreOnDisk StoreWith(byte[]? catalog = null)
    {
        var store = new StoreOnDisk();
        if (catalog is not null) store.AddCatalog(ArchiveOnDisk.Group, ArchiveOnDisk.Time, catalog);
        return store;
    }

    private CatalogItemInfo[] List(StoreOnDisk store, params CatalogPath[] paths)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        var query = new CatalogQuery { Archives = [NameFilter.Pattern("*", _ => true)], Depth = 9, Paths = paths };
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        return
        [
            .. engine.Catalogs.ListItems(
                context, ArchiveOnDisk.Snapshot, query, null, _problems.Add, CancellationToken.None),
        ];
    }

    private CatalogItemInfo[] Search(StoreOnDisk store, FileQuery? query = null, CryptKey? key = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        using var search = new FileSearch(query ?? new FileQuery(), key) { OnUnsearched = _unsearched.Add };
        if (engine.Catalogs.Search(search, engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot) is { } unsearched)
        {
            _unsearched.Add(unsearched);
        }

        return [.. search.Rest(_problems.Add)];
    }
}
