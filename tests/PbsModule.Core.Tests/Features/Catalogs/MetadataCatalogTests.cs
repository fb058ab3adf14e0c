using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>Split archives, which have no catalog, are searched by their metadata: the same entries, the same failures.</summary>
public sealed class MetadataCatalogTests
{
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Corpus.PathOf("pxar/v2"), "*.mpxar").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_in_a_split_archive_is_found(string name)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes($"pxar/v2/{name}.mpxar"), Corpus.Bytes($"pxar/v2/{name}.ppxar"), chunkSize: 4096);
        PbsEngine engine = new PbsEngine(Connection.None);
        CatalogItemInfo[] listed = [.. engine.Catalogs.ListItems(
            engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new CatalogQuery { Archives = [NameFilter.Literal("root.pxar")], Depth = 99 }, null, _problems.Add, CancellationToken.None)];
        CatalogItemInfo[] found = Search(store, new FileQuery());
        Assert.Equal(listed.Select(Facts), found.Select(Facts));
        Assert.Empty(_problems);
        string Facts(CatalogItemInfo item) => $"{item} {item.Type} {item.Size} {item.LastWriteTime?.ToUnixTimeSeconds()}";
    }

    [Fact]
    public void A_literal_path_and_the_archives_name_find_it_too()
    {
        using StoreOnDisk store = Sample(null);
        Assert.Equal("/etc/a.conf", Assert.Single(Search(store, new FileQuery { Paths = [CatalogPath.Literal("/etc/a.conf")], Archives = [NameFilter.Literal("root.pxar")] })).Path);
        Assert.Equal(5, Assert.Single(Search(store, new FileQuery { Names = [new WildcardName("a.*", ignoreCase: false)], Types = [CatalogEntryType.File] })).Size);
        Assert.Empty(Search(store, new FileQuery { Archives = [NameFilter.Literal("home.pxar")] }));
        Assert.Empty(_problems);
    }

    [Fact]
    public void An_encrypted_one_needs_its_key_and_a_missing_chunk_is_told()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        using StoreOnDisk store = Sample(key);
        Assert.Equal(PbsErrorId.KeyRequired, Assert.Throws<PbsFormatException>(() => Search(store, new FileQuery())).ErrorId);
        Assert.Equal(2, Search(store, new FileQuery(), key).Length);
        store.LoseChunk("root.mpxar.didx", 0);
        Search(store, new FileQuery(), key);
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Single(_problems).ErrorId);
    }

    [Fact]
    public void Damage_names_the_file()
    {
        using var store = new StoreOnDisk();
        byte[] archive = Corpus.Bytes("pxar/v2/rich.mpxar");
        archive.AsSpan(archive.Length / 3, 64).Fill(0xEE);
        store.AddArchive(archive, Corpus.Bytes("pxar/v2/rich.ppxar"));
        Search(store, new FileQuery());
        var error = Assert.IsType<PbsFormatException>(Assert.Single(_problems).Exception);
        Assert.Equal("root.mpxar.didx", Path.GetFileName(error.File));
    }

    [Fact]
    public void An_archive_in_one_piece_without_a_catalog_is_not_searched()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("a"), [1])));
        PbsEngine engine = new PbsEngine(Connection.None);
        using var search = new FileSearch(new FileQuery());
        Assert.Equal("its archives have no catalog", engine.Catalogs.Search(search, engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot)?.Reason);
    }

    private static StoreOnDisk Sample(CryptKey? key)
    {
        var store = new StoreOnDisk();
        using var payload = new MemoryStream();
        byte[] archive = ArchiveOnDisk.Write(
            writer =>
            {
                writer.StartDirectory(ArchiveOnDisk.Folder("etc"));
                writer.Add(ArchiveOnDisk.File_("a.conf"), [1, 2, 3, 4, 5]);
                writer.EndDirectory();
            },
            payload);
        store.AddArchive(archive, payload.ToArray(), key: key);
        return store;
    }

    private CatalogItemInfo[] Search(StoreOnDisk store, FileQuery query, CryptKey? key = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        using var search = new FileSearch(query, key);
        Assert.Null(engine.Catalogs.Search(search, engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot));
        return [.. search.Rest(_problems.Add)];
    }
}
