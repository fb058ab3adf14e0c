using System.Text;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>Searching files in many snapshots: every hit, in order, each catalog once, and nothing silently left out.</summary>
public sealed class FileSearchTests
{
    private static readonly string[] DamagedManifests = ["host/alpha/2022-11-05T10:00:00Z", "ns/a/host/beta/2024-07-01T00:00:00Z", "ns/a/host/beta/2024-07-02T00:00:00Z"];

    private readonly List<ListingProblem> _problems = [];
    private readonly List<UnsearchedSnapshotInfo> _unsearched = [];

    [Fact]
    public void All_entries_of_all_snapshots_are_those_of_the_dumps()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        List<string> found = [.. Search(GoldenStore.Ds1.Path, new FileQuery(), key).Select(item => $"{((ISnapshotItem)item).Snapshot} {item.Archive}{item.Path} {item.Type} {item.Size} {item.LastWriteTime?.ToUnixTimeSeconds()}")];
        var expected = new List<string>();
        foreach (string file in Directory.GetFiles(Corpus.PathOf("ds1.expected/catalog"), "*.json"))
        {
            using JsonDocument dump = Corpus.Json($"ds1.expected/catalog/{Path.GetFileName(file)}");
            string snapshot = CatalogItemTests.SnapshotOf(Path.GetFileNameWithoutExtension(file)).ToString();
            foreach (JsonElement entry in dump.RootElement.EnumerateArray())
            {
                string[] names = entry.GetProperty("path").GetString()!.Split('/', StringSplitOptions.RemoveEmptyEntries);
                if (names.Length == 1) continue;
                string path = string.Join('/', names[1..^1].Append("").Select(name => EscapedName.Format(Encoding.UTF8.GetBytes(name))));
                string last = EscapedName.Format(entry.TryGetProperty("name-hex", out JsonElement hex) ? Convert.FromHexString(hex.GetString()!) : Encoding.UTF8.GetBytes(names[^1]));
                string facts = entry.TryGetProperty("size", out JsonElement size) ? $"{size} {entry.GetProperty("mtime")}" : " ";
                expected.Add($"{snapshot} {ArchiveName.Of(names[0])}/{path}{last} {(CatalogEntryType)entry.GetProperty("type").GetString()![0]} {facts}");
            }
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Empty(_problems);
        Assert.Equal(["host/partial/", "vm/100/2024-05-05T00:00:02Z", "vm/100/2024-05-12T00:00:02Z", "ns/a/ns/b/vm/200/2024-07-03T00:00:00Z"],
            _unsearched.Select(each => each.MayHoldFiles ? each.ToString()[..13] : each.ToString()).Distinct());
    }

    [Fact]
    public void In_the_damaged_store_what_is_damaged_is_told_and_all_else_found()
    {
        using JsonDocument indexes = Corpus.Json("ds1.expected/indexes.json");
        using JsonDocument damage = Corpus.Json("ds1-corrupt.expected/damage.json");
        HashSet<string> chunks = [.. damage.RootElement.EnumerateArray().Where(each => each.TryGetProperty("digest", out _)).Select(each => each.GetProperty("digest").GetString()!)];
        string[] damaged = [.. indexes.RootElement.EnumerateObject()
            .Where(index => index.Name.EndsWith("/catalog.pcat1.didx", StringComparison.Ordinal))
            .Where(index => index.Value.GetProperty("chunks").EnumerateArray().Any(chunk => chunks.Contains(chunk.GetProperty("digest").GetString()!)))
            .Select(index => SnapshotOf(index.Name[..^"/catalog.pcat1.didx".Length]))];
        Assert.NotEmpty(damaged);
        using CryptKey key = new(CryptKeyTests.Bare);
        List<CatalogItemInfo> found = Search(GoldenStore.Corrupt.Path, new FileQuery(), key, force: true);
        string[] expected = [.. damaged, .. DamagedManifests, "host/signed/2024-04-01T09:00:00Z"];
        Assert.Equal(expected.Distinct().Order(StringComparer.Ordinal), _problems.Select(problem => problem.Target).Order(StringComparer.Ordinal));
        HashSet<string> whole = [.. Search(GoldenStore.Ds1.Path, new FileQuery(), key, force: true).Select(item => item.ToString())];
        Assert.Equal(whole.Where(item => !expected.Any(snapshot => item.StartsWith(snapshot, StringComparison.Ordinal))).Order(StringComparer.Ordinal), found.Select(item => item.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("*.conf", "", "", "/etc/a.conf /etc/sub/B.CONF /etc/x.conf")]
    [InlineData("b.conf", "", "", "")]
    [InlineData("B.CONF", "", "", "/etc/sub/B.CONF")]
    [InlineData("", "/etc/a.conf /none", "", "/etc/a.conf")]
    [InlineData("", "/etc/*", "", "/etc/a.conf /etc/sub /etc/sub/B.CONF /etc/x.conf")]
    [InlineData("", "/ETC/a*", "", "/etc/a.conf")]
    [InlineData("", "/etc/sub /etc/x*", "", "/etc/sub /etc/x.conf")]
    [InlineData("*.conf", "/etc/sub/*", "", "/etc/sub/B.CONF")]
    [InlineData("*", "", "SymbolicLink", "/etc/x.conf")]
    [InlineData("", "/etc/x.conf", "File", "")]
    public void Names_paths_and_types(string names, string paths, string type, string expected)
    {
        using var store = new StoreOnDisk();
        AddSample(store, 1000, 1);
        var query = new FileQuery
        {
            Names = [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new WildcardName(name, name.Contains('*', StringComparison.Ordinal)))],
            Paths = [.. paths.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(path => CatalogPath.Pattern(path, name => name.Contains('*', StringComparison.Ordinal), name => name, true))],
            Types = type.Length == 0 ? [] : [Enum.Parse<CatalogEntryType>(type)],
        };
        Assert.Equal(expected, string.Join(' ', Search(store.Path, query).Select(item => item.Path)));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Each_catalog_is_read_once_and_found_in_every_snapshot_in_order()
    {
        using var store = new StoreOnDisk();
        for (int i = 0; i < 60; i++) AddSample(store, 1000 + i, i / 20);
        using FileSearch search = Start(store.Path, new FileQuery { Names = [new WildcardName("*.conf")] });
        CatalogItemInfo[] found = [.. search.Rest(_problems.Add)];
        Assert.Equal(180, found.Length);
        Assert.Equal(Enumerable.Range(0, 180).Select(i => 1000L + (i / 3)), found.Select(item => item.BackupTime.ToUnixTimeSeconds()));
        Assert.Equal((3, 60), (search.CatalogsRead, search.Searched));
    }

    [Fact]
    public void Many_hits_keep_their_order_and_are_searched_again_rather_than_kept()
    {
        byte[] catalog = CatalogOnDisk.Write(writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            for (int file = 0; file < 20_000; file++) writer.AddFile(Encoding.UTF8.GetBytes($"file{file:D5}"), 1, 1);
            writer.EndDirectory();
        });
        using var store = new StoreOnDisk();
        for (int i = 0; i < 5; i++) store.AddCatalog("host/x", 1000 + i, catalog);
        for (int workers = 1; workers <= 4; workers++)
        {
            using FileSearch search = Start(store.Path, new FileQuery(), workers: workers);
            int count = 0;
            foreach (CatalogItemInfo item in search.Rest(_problems.Add))
            {
                Assert.Equal($"/file{count % 20_000:D5}", item.Path);
                Assert.Equal(1000 + (count / 20_000), item.BackupTime.ToUnixTimeSeconds());
                count++;
            }

            Assert.Equal((100_000, 5), (count, search.CatalogsRead));
        }
    }

    [Fact]
    public void More_snapshots_than_may_be_under_way_come_through_while_they_are_added()
    {
        using var store = new StoreOnDisk();
        for (int i = 0; i < 200; i++) AddSample(store, 1000 + i, i);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        using var search = new FileSearch(new FileQuery { Names = [new WildcardName("a.conf")] }, null, 2, CancellationToken.None);
        var found = new List<CatalogItemInfo>();
        for (int i = 0; i < 200; i++)
        {
            engine.Catalogs.Search(search, context, SnapshotPath.Parse($"host/x/{BackupTime.Format(1000 + i)}"));
            found.AddRange(search.Ready(_problems.Add));
            Assert.InRange(i + 1 - search.Searched, 0, 33);
        }

        found.AddRange(search.Rest(_problems.Add));
        Assert.Equal(Enumerable.Range(1000, 200), found.Select(item => (int)item.BackupTime.ToUnixTimeSeconds()));
        Assert.Equal(200 * 6, search.Entries);
    }

    [Fact]
    public void Disposing_ends_all_work()
    {
        using var store = new StoreOnDisk();
        byte[] catalog = CatalogOnDisk.Write(writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            for (int file = 0; file < 50_000; file++) writer.AddFile(Encoding.UTF8.GetBytes($"file{file:D5}"), 1, 1);
            writer.EndDirectory();
        });
        for (int i = 0; i < 20; i++) store.AddCatalog("host/x", 1000 + i, catalog);
        FileSearch search = Start(store.Path, new FileQuery());
        Assert.Equal("/file00000", search.Rest(_problems.Add).First().Path);
        search.Dispose();
        search.Dispose();
        Assert.True(search.CatalogsRead < 20);

        using var stop = new CancellationTokenSource();
        using FileSearch other = Start(store.Path, new FileQuery(), cancellation: stop.Token);
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (CatalogItemInfo item in other.Rest(_problems.Add)) stop.Cancel();
        });
    }

    [Fact]
    public void Hostile_catalogs_are_told_and_the_others_found()
    {
        byte[] sample = CatalogOnDisk.Write(Sample(0));
        using var store = new StoreOnDisk();
        AddSample(store, 999, 0);
        int broken = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            byte[] mutated = [.. sample];
            var random = new Random(seed);
            for (int i = 0; i <= seed % 4; i++) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            store.AddCatalog("host/x", 1000 + seed, mutated);
            try
            {
                CatalogWalk walk = WalkAll(mutated);
            }
            catch (PbsFormatException)
            {
                broken++;
            }
        }

        AddSample(store, 2000, 0);
        List<CatalogItemInfo> found = Search(store.Path, new FileQuery());
        Assert.Equal(broken, _problems.Count);
        Assert.True(broken > 10);
        Assert.All(_problems, problem => Assert.EndsWith(CatalogOnDisk.FileName, Assert.IsType<PbsFormatException>(problem.Exception).File, StringComparison.Ordinal));
        Assert.Equal(6, found.Count(item => item.BackupTime.ToUnixTimeSeconds() == 2000));
        Assert.Equal(6, found.Count(item => item.BackupTime.ToUnixTimeSeconds() == 999));
    }

    [Fact]
    public void Versions_are_told_apart_by_size_and_time()
    {
        using var store = new StoreOnDisk();
        foreach ((int time, int version) in new[] { (1000, 1), (2000, 1), (3000, 2), (4000, 1), (5000, 3) }) AddSample(store, time, version);
        store.AddCatalog("host/y", 3500, CatalogOnDisk.Write(Sample(2)));
        var versions = new FileVersions();
        foreach (CatalogItemInfo item in Search(store.Path, new FileQuery { Paths = [CatalogPath.Literal("/etc/a.conf")] })) versions.Add(item);
        Assert.Equal(
            ["host/x 1000-4000 3 1", "host/x 3000-3000 1 2", "host/x 5000-5000 1 3", "host/y 3500-3500 1 2"],
            versions.All().Select(each => $"{((IGroupItem)each).Group} {each.FirstBackupTime.ToUnixTimeSeconds()}-{each.BackupTime.ToUnixTimeSeconds()} {each.SnapshotCount} {each.Size}"));
    }

    /// <summary>Of <c>a/b:ct/101/2024-07-04T00:00:00Z</c>.</summary>
    private static string SnapshotOf(string key)
    {
        int cut = key.IndexOf(':', StringComparison.Ordinal);
        bool hasNamespace = cut >= 0 && cut < key.LastIndexOf('/');
        return hasNamespace ? $"{BackupNamespace.Parse(key[..cut]).DiskPath}/{key[(cut + 1)..]}" : key;
    }

    private static CatalogWalk WalkAll(byte[] bytes)
    {
        var catalog = new CatalogReader(new MemoryByteSource(bytes));
        CatalogWalk walk = catalog.Walk(catalog.Root);
        while (walk.MoveNext()) Assert.NotEqual(-2, walk.ChildStart);
        return walk;
    }

    private static void AddSample(StoreOnDisk store, long time, int version) => store.AddCatalog("host/x", time, Sample(version));

    private static Action<CatalogWriter> Sample(int version) => writer =>
    {
        writer.StartDirectory("root.pxar.didx"u8);
        writer.StartDirectory("etc"u8);
        writer.AddFile("a.conf"u8, (ulong)version, 100 + version);
        writer.StartDirectory("sub"u8);
        writer.AddFile("B.CONF"u8, 1, 1);
        writer.EndDirectory();
        writer.Add(CatalogEntryType.SymbolicLink, "x.conf"u8);
        writer.EndDirectory();
        writer.AddFile("top"u8, 1, 1);
        writer.EndDirectory();
    };

    private List<CatalogItemInfo> Search(string store, FileQuery query, CryptKey? key = null, bool force = false)
    {
        using FileSearch search = Start(store, query, key, force: force);
        return [.. search.Rest(_problems.Add)];
    }

    private FileSearch Start(string path, FileQuery query, CryptKey? key = null, int workers = 2, bool force = false, CancellationToken? cancellation = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext store = engine.Resolver.ResolvePath(path);
        var search = new FileSearch(query, key, workers, cancellation ?? TestContext.Current.CancellationToken);
        foreach (SnapshotInfo snapshot in engine.Snapshots.List(store, new SnapshotQuery { Recurse = true, Force = force }, static _ => { }, CancellationToken.None))
        {
            try
            {
                if (engine.Catalogs.Search(search, store, ((ISnapshotItem)snapshot).Snapshot) is { } unsearched) _unsearched.Add(unsearched);
            }
            catch (PbsException e)
            {
                _problems.Add(new ListingProblem(e.ErrorId, e.Message, snapshot.ToString(), ListingProblemKind.Error, e));
            }
        }

        return search;
    }
}
