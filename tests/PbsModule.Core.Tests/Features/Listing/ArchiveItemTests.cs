using System.Text;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Tests;

/// <summary>Archives as they are listed: what PBS holds, in both forms, with what was asked for and no more read; and what is damaged.</summary>
public sealed class ArchiveItemTests
{
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string> Stored => PxarTests.Stored;

    [Theory]
    [MemberData(nameof(Stored))]
    public void A_listing_is_what_PBS_has_and_each_path_leads_back(string name)
    {
        SnapshotPath snapshot = StoredName.SnapshotOf(name);
        using CryptKey key = new(CryptKeyTests.Bare);
        ArchiveItemInfo[] items = [.. List(GoldenStore.Ds1.Path, snapshot, new CatalogQuery { Archives = [NameFilter.Literal(StoredName.FileOf(name))], Depth = int.MaxValue }, key)];
        using JsonDocument expected = Corpus.Json($"ds1.expected/pxar/{name}.json");
        JsonElement[] entries = [.. expected.RootElement.EnumerateArray().Skip(1)];
        Assert.Equal(entries.Select(entry => PxarTests.Shown(entry.GetProperty("path").GetString()!)), items.Select(item => item.Path));
        foreach ((JsonElement entry, ArchiveItemInfo item) in entries.Zip(items))
        {
            Assert.Equal((ArchiveName.Of(StoredName.FileOf(name)), snapshot.Group.Id), (item.Archive, item.BackupId));
            string kind = entry.GetProperty("kind").GetString()!;
            if (kind == "file") Assert.Equal(entry.GetProperty("size").GetInt64(), item.Size);
            if (kind is "symlink") Assert.Equal(PxarTests.Shown(entry.GetProperty("target").GetString()!), item.LinkTarget);
            if (kind is "hardlink") Assert.Equal(("/" + entry.GetProperty("target").GetString(), null, null), (item.LinkTarget, item.Mode, item.LastWriteTime));
            if (kind is "hardlink" or "symlink") continue;
            string line = entry.GetProperty("line").GetString()!;
            Assert.Equal(line[..10], item.Mode);
            Assert.Equal((entry.GetProperty("uid").GetUInt32(), entry.GetProperty("gid").GetUInt32()), (item.Owner!.Value, item.Group!.Value));
            Assert.Equal(entry.GetProperty("mtime").GetInt64(), item.LastWriteTime!.Value.ToUnixTimeSeconds());
            Assert.Equal(entry.TryGetProperty("xattrs", out JsonElement attributes) ? string.Join(", ", attributes.EnumerateArray().Select(pair => pair[0].GetString())) : "", item.ExtendedAttributes.ToString());
            Assert.Equal(entry.TryGetProperty("acl", out _), item.AccessControlList.Count > 0);
        }

        foreach (ArchiveItemInfo item in items.Where(item => item.Type != CatalogEntryType.Directory))
        {
            ArchiveItemInfo again = Assert.Single(List(GoldenStore.Ds1.Path, snapshot, new CatalogQuery { Archives = [NameFilter.Literal(item.Archive)], Paths = [CatalogPath.Literal(item.Path)] }, key));
            Assert.Equal((item.ToString(), item.Size, item.LastWriteTime), (again.ToString(), again.Size, again.LastWriteTime));
            Assert.Equal(0, item.CompareTo(again));
        }

        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("rich")]
    [InlineData("prelude")]
    [InlineData("reused")]
    public void A_split_archive_answers_to_its_names_and_stands_in_for_the_catalog(string name)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes($"pxar/v2/{name}.mpxar"), Corpus.Bytes($"pxar/v2/{name}.ppxar"));
        string[] paths = [.. PxarWalk.All(PxarWalk.Open($"v2/{name}")).Skip(1).Select(found => found.Path)];
        foreach (string archive in (string[])["root.pxar", "root.mpxar.didx"])
        {
            Assert.Equal(paths, List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery { Archives = [NameFilter.Literal(archive)], Depth = 99 }).Select(item => item.Path));
        }

        PbsEngine engine = new PbsEngine(Connection.None);
        CatalogItemInfo[] catalog = [.. engine.Catalogs.ListItems(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new CatalogQuery { Depth = 99 }, null, _problems.Add, CancellationToken.None)];
        Assert.Equal([.. paths.Prepend("/")], catalog.Select(item => item.Path));
        Assert.All(catalog, item => Assert.Equal("root.pxar", item.Archive));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("hl*", null, "/hl")]
    [InlineData(null, "/hl/*link", "/hl/b-hardlink /hl/z/c-hardlink")]
    [InlineData(null, "/bin/tool", "/bin/tool")]
    [InlineData(null, "/bin/none", "")]
    public void Files_are_found_in_split_archives_too(string? name, string? path, string expected)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes("pxar/v2/rich.mpxar"), Corpus.Bytes("pxar/v2/rich.ppxar"), chunkSize: 4096);
        var query = new FileQuery
        {
            Names = name is null ? [] : [new WildcardName(name)],
            Paths = path is null ? [] : [CatalogPath.Pattern(path, text => text.Contains('*', StringComparison.Ordinal), text => text, ignoreCase: true)],
        };
        PbsEngine engine = new PbsEngine(Connection.None);
        using var search = new FileSearch(query);
        Assert.Null(engine.Catalogs.Search(search, engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot));
        CatalogItemInfo[] found = [.. search.Rest(_problems.Add)];
        Assert.Equal(expected, string.Join(' ', found.Select(item => item.Path)));
        Assert.All(found, item => Assert.Equal("root.pxar", item.Archive));
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("/etc", 0, "/etc/a.conf /etc/b.conf /etc/sub")]
    [InlineData("etc//", 1, "/etc/a.conf /etc/b.conf /etc/sub /etc/sub/deep")]
    [InlineData("/etc", 9, "/etc/a.conf /etc/b.conf /etc/sub /etc/sub/deep /etc/sub/deep/x")]
    [InlineData("/etc/a.conf", 0, "/etc/a.conf")]
    [InlineData("/etc/*.conf", 0, "/etc/a.conf /etc/b.conf")]
    [InlineData("/[e]TC/*.conf", 0, "/etc/a.conf /etc/b.conf")]
    [InlineData("/etc/s*", 1, "/etc/sub /etc/sub/deep")]
    [InlineData("/*/sub", 0, "/etc/sub/deep")]
    [InlineData("/", 0, "/etc /top")]
    [InlineData("/none*", 0, "")]
    [InlineData("/none", 0, "")]
    [InlineData("/etc/a.conf/x", 0, "")]
    public void Paths_and_patterns(string path, int depth, string expected)
    {
        using StoreOnDisk store = Sample();
        CatalogPath pattern = CatalogPath.Pattern(path, name => name.AsSpan().ContainsAny('*', '['), name => name, ignoreCase: true);
        Assert.Equal(expected, string.Join(' ', List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery { Paths = [pattern], Depth = depth }).Select(item => item.Path)));
        if (pattern.IsLiteral && expected.Length == 0) Assert.Equal(PbsErrorId.ArchivePathNotFound, Assert.Single(_problems).ErrorId);
        else Assert.Empty(_problems);
    }

    [Fact]
    public void What_is_not_there_is_said()
    {
        using StoreOnDisk store = Sample();
        Assert.Equal("/", Assert.Single(List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery())).Path);
        Assert.Empty(List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery { Archives = [NameFilter.Literal("home.pxar")] }));
        Assert.Equal(PbsErrorId.ArchivePathNotFound, Assert.Single(_problems).ErrorId);
        store.AddSnapshot("host/x", 2000, _ => Manifest.Create(BackupType.Host, "x", 0, new ManifestFile("disk.img.fidx", CryptMode.None, 1, default)));
        var error = Assert.Throws<PbsNotFoundException>(() => List(store.Path, SnapshotPath.Parse($"host/x/{BackupTime.Format(2000)}"), new CatalogQuery()));
        Assert.Equal(PbsErrorId.ArchiveMissing, error.ErrorId);
    }

    [Fact]
    public void An_encrypted_archive_needs_its_key()
    {
        using CryptKey key = new(CryptKeyTests.Bare), wrong = new(new byte[CryptKey.Size]);
        using var store = new StoreOnDisk();
        store.AddArchive(Content(), key: key);
        Assert.Equal(8, List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery { Depth = 99 }, key).Count);
        Assert.Empty(_problems);
        Assert.Empty(List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery()));
        Assert.Equal(PbsErrorId.KeyRequired, Assert.Single(_problems).ErrorId);
        Assert.Equal(PbsErrorId.KeyMismatch, Assert.Throws<PbsIntegrityException>(() => List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery(), wrong)).ErrorId);
    }

    [Fact]
    public void Only_the_chunks_that_are_needed_are_read()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < 40; i++) writer.Add(ArchiveOnDisk.File_($"big{i:D2}"), Noise(i));
            writer.StartDirectory(ArchiveOnDisk.Folder("many"));
            for (int i = 0; i < 300; i++) writer.Add(ArchiveOnDisk.File_($"small{i:D3}"), Noise(i).AsSpan(0, 100));
            writer.EndDirectory();
            for (int i = 0; i < 40; i++) writer.Add(ArchiveOnDisk.File_($"tail{i:D2}"), Noise(i + 100));
        });
        using var store = new StoreOnDisk();
        store.AddArchive(archive, chunkSize: 16 << 10);
        int folder = archive.AsSpan().IndexOf("many\0"u8), end = archive.AsSpan().IndexOf("tail00\0"u8);
        int holding = (end >> 14) - (folder >> 14) + 1;

        using ArchiveReader listing = Open(store);
        PxarEntry many = listing.Pxar.Find(listing.Pxar.Root, "many"u8)!;
        Assert.Equal(300, listing.Pxar.List(many).Count());
        Assert.InRange(listing.ChunksRead, 1, holding + 2);

        // The root's table, the folder's head and its table, the file.
        using ArchiveReader one = Open(store, forLookUp: true);
        many = one.Pxar.FindInRoot("many"u8)!;
        Assert.Equal(Noise(150)[..100], PxarWalk.Content(one.Pxar, one.Pxar.Find(many, "small150"u8)!));
        Assert.InRange(one.ChunksRead, 1, 4);
    }

    [Fact]
    public void A_file_is_found_without_the_front_of_the_archive()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < 40; i++) writer.Add(ArchiveOnDisk.File_($"big{i:D2}"), Noise(i));
            writer.StartDirectory(ArchiveOnDisk.Folder("sub"));
            writer.Add(ArchiveOnDisk.File_("file"), Noise(99));
            writer.EndDirectory();
        });
        using var store = new StoreOnDisk();
        store.AddArchive(archive, chunkSize: 16 << 10);
        store.LoseChunk("root.pxar.didx", 0);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        Assert.Equal(30_000, engine.ArchiveItems.Find(context, ArchiveOnDisk.Snapshot, "root.pxar", CatalogPath.Literal("/sub/file"), null)!.Size);
        using (Stream content = engine.ArchiveItems.Open(context, ArchiveOnDisk.Snapshot, "root.pxar", CatalogPath.Literal("/sub/file"), null, CancellationToken.None))
        {
            byte[] bytes = new byte[30_000];
            content.ReadExactly(bytes);
            Assert.Equal(Noise(99), bytes);
        }

        Assert.Null(engine.ArchiveItems.Find(context, ArchiveOnDisk.Snapshot, "root.pxar", CatalogPath.Literal("/none"), null));
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Throws<PbsNotFoundException>(
            () => engine.ArchiveItems.Find(context, ArchiveOnDisk.Snapshot, "root.pxar", CatalogPath.Literal("/big00"), null)).ErrorId);
    }

    [Fact]
    public void Reading_ahead_gives_the_same_bytes_once_each()
    {
        byte[] bytes = [.. Enumerable.Range(0, 60).SelectMany(Noise)];
        using var store = new StoreOnDisk();
        store.AddArchive(bytes, chunkSize: 20_000);
        store.LoseChunk("root.pxar.didx", 500_000);
        var index = new DynamicIndex(File.ReadAllBytes(store.PathOf($"{ArchiveOnDisk.Snapshot}/root.pxar.didx")));
        using var chunks = new ChunkReader(store.PathOf(".chunks"));
        for (int round = 0; round < 20; round++)
        {
            using var source = new ChunkSource(index, chunks, CryptMode.None, () => new ChunkReader(store.PathOf(".chunks")));
            source.ReadAheadTo(round % 2 == 0 ? long.MaxValue : 700_000);
            int gaps = 0;
            for (long at = 0; at < bytes.Length;)
            {
                ReadOnlySpan<byte> data = source.Lend(at, 7_777, out ChunkGap? gap);
                if (gap is not null)
                {
                    gaps++;
                    Assert.Equal(ChunkFault.Missing, gap.Check.Fault);
                    at = gap.Offset + gap.Length;
                    continue;
                }

                Assert.True(data.SequenceEqual(bytes.AsSpan((int)at, data.Length)));
                at += data.Length;
            }

            Assert.Equal((1, index.Count), (gaps, source.ChunksRead));
        }
    }

    [Fact]
    public void What_a_lost_chunk_takes_with_it_is_said_and_the_rest_is_listed()
    {
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < 50; i++) writer.Add(ArchiveOnDisk.File_($"f{i:D2}"), Noise(i).AsSpan(0, 900));
        });
        using var store = new StoreOnDisk();
        store.AddArchive(archive, chunkSize: 4096);
        store.LoseChunk("root.pxar.didx", 12_000);
        string[] found = [.. List(store.Path, ArchiveOnDisk.Snapshot, new CatalogQuery { Depth = 1 }).Skip(1).Select(item => item.Name)];
        Assert.InRange(found.Length, 42, 47);
        Assert.Equal(50, found.Length + _problems.Count);
        Assert.All(_problems, problem => Assert.Equal(PbsErrorId.ChunkMissing, problem.ErrorId));
    }

    internal static ArchiveReader Open(StoreOnDisk store, bool forLookUp = false)
    {
        var datastore = Datastore.Open(store.Path, store.Path, FolderAccess.Default);
        using NamespaceFolder folder = NamespaceFolder.Open(datastore, BackupNamespace.Root);
        using GroupFolder group = new GroupWalk().Open(folder, ArchiveOnDisk.Snapshot.Group);
        Assert.True(SnapshotLookup.TryFind(new SnapshotTimes(), group, ArchiveOnDisk.Time, out TimeFolder time));
        using var content = new FolderContent(group, time);
        Manifest manifest = ManifestFileReader.Read(content);
        return new ArchiveReader(ArchiveFile.Open(content, manifest, ArchiveFile.FilesOf(manifest).Single(), null, withContent: true), null, forLookUp: forLookUp);
    }

    private static byte[] Noise(int seed)
    {
        byte[] bytes = new byte[30_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Content() => ArchiveOnDisk.Write(writer =>
    {
        writer.StartDirectory(ArchiveOnDisk.Folder("etc"));
        writer.Add(ArchiveOnDisk.File_("a.conf"), "a"u8);
        writer.Add(ArchiveOnDisk.File_("b.conf"), "b"u8);
        writer.StartDirectory(ArchiveOnDisk.Folder("sub"));
        writer.StartDirectory(ArchiveOnDisk.Folder("deep"));
        writer.Add(ArchiveOnDisk.File_("x"), "x"u8);
        writer.EndDirectory();
        writer.EndDirectory();
        writer.EndDirectory();
        writer.Add(ArchiveOnDisk.Link("top", "etc/a.conf"), []);
    });

    private static StoreOnDisk Sample()
    {
        var store = new StoreOnDisk();
        store.AddArchive(Content());
        return store;
    }

    private List<ArchiveItemInfo> List(string store, SnapshotPath snapshot, CatalogQuery query, CryptKey? key = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        return [.. engine.Archives.ListItems(engine.Resolver.ResolvePath(store), snapshot, query, key, _problems.Add, CancellationToken.None)];
    }
}
