using System.Text;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>Catalogs as they are listed: what PBS lists, wildcards, recursion, names of any bytes, and what is damaged.</summary>
public sealed class CatalogItemTests
{
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string> Golden =>
        [.. Directory.GetFiles(Corpus.PathOf("ds1.expected/catalog-ls"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Dumps =>
        [.. Directory.GetFiles(Corpus.PathOf("ds1.expected/catalog"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Each_folder_is_listed_as_PBS_does(string name)
    {
        using JsonDocument expected = Corpus.Json($"ds1.expected/catalog-ls/{name}.json");
        foreach (JsonProperty folder in expected.RootElement.EnumerateObject())
        {
            string[] parts = folder.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
            CatalogQuery query = parts.Length == 0 ? new CatalogQuery()
                : new CatalogQuery { Archives = [NameFilter.Literal(parts[0])], Paths = [CatalogPath.Literal("/" + string.Join('/', parts[1..]))] };
            CatalogItemInfo[] items = [.. List(SnapshotOf(name), query)];
            Assert.Equal(folder.Value.GetArrayLength(), items.Length);
            foreach ((JsonElement entry, CatalogItemInfo item) in folder.Value.EnumerateArray().Zip(items))
            {
                byte[] path = Convert.FromBase64String(entry.GetProperty("filepath").GetString()!);
                string shown = EscapedPath(path.AsSpan(path.AsSpan().StartsWith("/"u8) ? 1 : 0));
                string[] names = shown.Split('/', 2);
                Assert.Equal((ArchiveName.Of(names[0]), names.Length == 1 ? "/" : "/" + names[1]), (item.Archive, item.Path));
                Assert.Equal(entry.GetProperty("type").GetString(), $"{(char)item.Type}");
                Assert.Equal(entry.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : null, item.Size);
                Assert.Equal(entry.TryGetProperty("mtime", out JsonElement time) ? time.GetInt64() : null, item.LastWriteTime?.ToUnixTimeSeconds());
            }
        }

        Assert.Empty(_problems);
    }

    [Theory]
    [MemberData(nameof(Dumps))]
    public void Recursion_finds_what_the_dump_holds_and_each_path_leads_back(string name)
    {
        SnapshotPath snapshot = SnapshotOf(name);
        CatalogItemInfo[] items = [.. List(snapshot, new CatalogQuery { Depth = int.MaxValue })];
        using JsonDocument expected = Corpus.Json($"ds1.expected/catalog/{name}.json");
        Assert.Equal(expected.RootElement.GetArrayLength(), items.Length);
        foreach ((JsonElement entry, CatalogItemInfo item) in expected.RootElement.EnumerateArray().Zip(items))
        {
            if (entry.TryGetProperty("name-hex", out JsonElement hex)) Assert.Equal(EscapedName.Format(Convert.FromHexString(hex.GetString()!)), item.Name);
            else Assert.Equal(EscapedName.Format(Encoding.UTF8.GetBytes(entry.GetProperty("path").GetString()!.Split('/')[^1])), item.Path == "/" ? item.Name + ".didx" : item.Name);
        }

        foreach (CatalogItemInfo item in items.Where(item => item.Type != CatalogEntryType.Directory))
        {
            CatalogItemInfo again = Assert.Single(List(snapshot, new CatalogQuery { Archives = [NameFilter.Literal(item.Archive)], Paths = [CatalogPath.Literal(item.Path)] }));
            Assert.Equal((item.ToString(), item.Size, item.LastWriteTime), (again.ToString(), again.Size, again.LastWriteTime));
            Assert.Equal(0, item.CompareTo(again));
        }

        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData("/etc", 0, "/etc/a.conf /etc/b.conf /etc/sub")]
    [InlineData("etc//", 0, "/etc/a.conf /etc/b.conf /etc/sub")]
    [InlineData("/etc", 1, "/etc/a.conf /etc/b.conf /etc/sub /etc/sub/deep")]
    [InlineData("/etc", 9, "/etc/a.conf /etc/b.conf /etc/sub /etc/sub/deep /etc/sub/deep/x")]
    [InlineData("/etc/a.conf", 0, "/etc/a.conf")]
    [InlineData("/etc/*.conf", 0, "/etc/a.conf /etc/b.conf")]
    [InlineData("/ETC/*.conf", 0, "")]
    [InlineData("/[e]TC/*.conf", 0, "/etc/a.conf /etc/b.conf")]
    [InlineData("/etc/s*", 0, "/etc/sub")]
    [InlineData("/etc/s*", 1, "/etc/sub /etc/sub/deep")]
    [InlineData("/*/sub", 0, "/etc/sub/deep")]
    [InlineData("/", 0, "/etc /top")]
    [InlineData("/none*", 0, "")]
    [InlineData("/top/*", 0, "")]
    public void Paths_and_patterns(string path, int depth, string expected)
    {
        using StoreOnDisk store = Sample();
        CatalogPath pattern = CatalogPath.Pattern(path, name => name.AsSpan().ContainsAny('*', '['), name => name, ignoreCase: true);
        Assert.Equal(expected, string.Join(' ', List(store, new CatalogQuery { Paths = [pattern], Depth = depth }).Select(item => item.Path)));
        if (pattern.IsLiteral && expected.Length == 0) Assert.Single(_problems);
        else Assert.Empty(_problems);
    }

    [Fact]
    public void Archives_are_named_either_way_and_several_are_looked_into()
    {
        using var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, writer =>
        {
            foreach (string archive in (string[])["root.pxar.didx", "home.pxar.didx"])
            {
                writer.StartDirectory(Encoding.UTF8.GetBytes(archive));
                writer.AddFile("same"u8, 1, 2);
                writer.AddFile(Encoding.UTF8.GetBytes(archive[..4]), 1, 2);
                writer.EndDirectory();
            }
        });
        Assert.Equal("root.pxar home.pxar", Archives(new CatalogQuery()));
        Assert.Equal("home.pxar home.pxar", Archives(new CatalogQuery { Archives = [NameFilter.Literal("home.pxar")] }));
        Assert.Equal("home.pxar home.pxar", Archives(new CatalogQuery { Archives = [NameFilter.Literal("home.pxar.didx")] }));
        Assert.Equal("root.pxar home.pxar", Archives(new CatalogQuery { Paths = [CatalogPath.Literal("/same")] }));
        Assert.Equal("home.pxar", Archives(new CatalogQuery { Paths = [CatalogPath.Literal("/home")] }));
        Assert.Empty(_problems);
        Assert.Equal("", Archives(new CatalogQuery { Archives = [NameFilter.Literal("var.pxar")] }));
        Assert.Equal("", Archives(new CatalogQuery { Paths = [CatalogPath.Literal("/none"), CatalogPath.Literal("/same/below")] }));
        Assert.Equal(["path \"var.pxar\" not found in catalog", "path \"/none\" not found in catalog", "path \"/same/below\" not found in catalog"], _problems.Select(problem => problem.Message));

        string Archives(CatalogQuery query) => string.Join(' ', List(store, query).Select(item => item.Archive));
    }

    [Fact]
    public void Names_of_any_bytes_are_shown_and_found_again()
    {
        byte[][] names = [[0xFF, (byte)'a'], [.. "two\nlines"u8], [.. "a[1].txt"u8], [.. @"back\xffslash"u8], [.. "größe"u8]];
        using var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            foreach (byte[] name in names) writer.StartDirectory(name);
            writer.AddFile("deep"u8, 7, -5);
            foreach (byte[] name in names) writer.EndDirectory();
            writer.EndDirectory();
        });
        CatalogItemInfo deep = List(store, new CatalogQuery { Depth = 99 }).Last();
        Assert.Equal(@"/\xffa/two\x0alines/a[1].txt/back\x5cxffslash/größe/deep", deep.Path);
        Assert.Equal(("deep", 7L, DateTimeOffset.FromUnixTimeSeconds(-5)), (deep.Name, deep.Size, deep.LastWriteTime));
        Assert.Equal(deep.ToString(), Assert.Single(List(store, new CatalogQuery { Paths = [CatalogPath.Literal(deep.Path)] })).ToString());
    }

    [Fact]
    public void A_slash_in_a_name_is_no_separator_and_strange_figures_are_bounded()
    {
        // No writer would write it: "a/b" with a size and a time that nothing has.
        byte[] big = [.. CatalogTables.Magic, .. Table([(byte)'f', 3, .. "a/b"u8, .. VarIntBytes(ulong.MaxValue), .. VarIntBytes(long.MaxValue)])];
        long child = CatalogTables.MagicSize, root = big.Length;
        byte[] catalog = [.. big, .. Table([(byte)'d', 1, (byte)'r', .. VarIntBytes((ulong)(root - child))]), .. BitConverter.GetBytes(root)];
        using var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, catalog);
        CatalogItemInfo item = List(store, new CatalogQuery { Depth = 9 }).Last();
        Assert.Equal((@"/a\x2fb", long.MaxValue, null), (item.Path, item.Size, item.LastWriteTime));
        Assert.Equal(item.Path, Assert.Single(List(store, new CatalogQuery { Paths = [CatalogPath.Literal(item.Path)] })).Path);
    }

    [Fact]
    public void What_cannot_be_read_says_which_file()
    {
        using var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, [1, 2, 3]);
        var error = Assert.Throws<PbsFormatException>(() => List(store, new CatalogQuery()).Count);
        Assert.Equal("catalog too small (3 bytes)", error.Reason);
        Assert.Equal(store.PathOf($"host/x/{BackupTime.Format(1000)}/{CatalogOnDisk.FileName}"), error.File);

        store.AddCatalog("host/x", 1000, CatalogOnDisk.Write(writer => writer.AddFile("x"u8, 1, 1)));
        File.Delete(error.File!);
        Assert.Equal(PbsErrorId.SnapshotFileNotFound, Assert.Throws<PbsNotFoundException>(() => List(store, new CatalogQuery()).Count).ErrorId);
        store.AddCatalog("host/x", 2000, CatalogOnDisk.Write(writer => writer.AddFile("y"u8, 1, 1)));
        File.Copy(error.File!.Replace(BackupTime.Format(1000), BackupTime.Format(2000), StringComparison.Ordinal), error.File!);
        Assert.Equal(PbsErrorId.ManifestFileMismatch, Assert.Throws<PbsIntegrityException>(() => List(store, new CatalogQuery()).Count).ErrorId);
        store.AddSnapshot("host/x", 1000);
        var missing = Assert.Throws<PbsNotFoundException>(() => List(store, new CatalogQuery()).Count);
        Assert.Equal((PbsErrorId.CatalogMissing, "there is no catalog in snapshot 'host/x/1970-01-01T00:16:40Z': its archives have no catalog"), (missing.ErrorId, missing.Message));
        Directory.Delete(store.PathOf(".chunks"), recursive: true);
        Directory.CreateDirectory(store.PathOf(".chunks"));
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Throws<PbsNotFoundException>(() => List(store, new CatalogQuery(), 2000).Count).ErrorId);
    }

    [Fact]
    public void An_encrypted_catalog_needs_its_key()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        using CryptKey wrong = new(new byte[CryptKey.Size]);
        using var store = new StoreOnDisk();
        byte[] catalog = CatalogOnDisk.Write(writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            writer.AddFile("secret"u8, 1, 1);
            writer.EndDirectory();
        });
        store.AddCatalog("host/x", 1000, catalog, key: key);
        Assert.Equal("secret", List(store, new CatalogQuery { Depth = 1 }, key: key)[1].Name);
        Assert.StartsWith("cannot decode 'catalog.pcat1.didx' - is encrypted", Assert.Throws<PbsFormatException>(() => List(store, new CatalogQuery()).Count).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<PbsException>(() => List(store, new CatalogQuery(), key: wrong).Count);
    }

    [Fact]
    public void Only_the_chunks_that_are_needed_are_read()
    {
        byte[] catalog = CatalogOnDisk.Write(writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            for (int folder = 0; folder < 200; folder++)
            {
                writer.StartDirectory(Encoding.UTF8.GetBytes($"folder{folder}"));
                for (int file = 0; file < 500; file++) writer.AddFile(Encoding.UTF8.GetBytes($"file-{file:D6}-{folder}.bin"), (ulong)file, file);
                writer.EndDirectory();
            }

            writer.EndDirectory();
        });
        using var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, catalog);
        string[] chunks = Directory.GetFiles(store.PathOf(".chunks"), "*", SearchOption.AllDirectories);
        Assert.True(chunks.Length > 30);
        foreach (string chunk in chunks.Where(path => !Holds(path, CatalogTables.Magic) && !Holds(path, "folder77"u8) && !Holds(path, "-77.bin"u8))) File.Delete(chunk);
        Assert.Equal(500, List(store, new CatalogQuery { Paths = [CatalogPath.Literal("/folder77")] }).Count);

        static bool Holds(string path, ReadOnlySpan<byte> text) => File.ReadAllBytes(path).AsSpan().IndexOf(text) >= 0;
    }

    private static StoreOnDisk Sample()
    {
        var store = new StoreOnDisk();
        store.AddCatalog("host/x", 1000, writer =>
        {
            writer.StartDirectory("root.pxar.didx"u8);
            writer.StartDirectory("etc"u8);
            writer.AddFile("a.conf"u8, 1, 1);
            writer.AddFile("b.conf"u8, 1, 1);
            writer.StartDirectory("sub"u8);
            writer.StartDirectory("deep"u8);
            writer.AddFile("x"u8, 1, 1);
            writer.EndDirectory();
            writer.EndDirectory();
            writer.EndDirectory();
            writer.Add(CatalogEntryType.SymbolicLink, "top"u8);
            writer.EndDirectory();
        });
        return store;
    }

    private static byte[] Table(byte[] entry) => [.. VarIntBytes((ulong)entry.Length + 1), 1, .. entry];

    private static byte[] VarIntBytes(ulong value)
    {
        byte[] bytes = new byte[VarInt.MaxUnsigned];
        return bytes[..VarInt.Write(bytes, value)];
    }

    private static string EscapedPath(ReadOnlySpan<byte> path)
    {
        var names = new List<string>();
        foreach (Range name in path.Split((byte)'/')) names.Add(EscapedName.Format(path[name]));
        return string.Join('/', names);
    }

    internal static SnapshotPath SnapshotOf(string name)
    {
        string[] parts = name.Split('_');
        int type = Array.FindIndex(parts, part => part is "vm" or "ct" or "host");
        string ns = string.Concat(parts[..type].Where(part => part != "root").Select(part => $"ns/{part}/"));
        return SnapshotPath.Parse($"{ns}{parts[type]}/{string.Join('_', parts[(type + 1)..^1])}/{parts[^1].Replace('.', ':')}");
    }

    private List<CatalogItemInfo> List(SnapshotPath snapshot, CatalogQuery query)
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        return List(GoldenStore.Ds1.Path, snapshot, query, key);
    }

    private List<CatalogItemInfo> List(StoreOnDisk store, CatalogQuery query, long time = 1000, CryptKey? key = null) =>
        List(store.Path, SnapshotPath.Parse($"host/x/{BackupTime.Format(time)}"), query, key);

    private List<CatalogItemInfo> List(string store, SnapshotPath snapshot, CatalogQuery query, CryptKey? key)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        return [.. engine.Catalogs.ListItems(engine.Resolver.ResolvePath(store), snapshot, query, key, _problems.Add, CancellationToken.None)];
    }
}
