using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Tests;

/// <summary>Catalogs as PBS wrote them, and what no writer would write.</summary>
public sealed class CatalogTests
{
    private static readonly byte[] GoldenKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<string> Golden => [.. Directory.GetFiles(Corpus.PathOf("ds1.expected/catalog"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_walk_finds_every_entry_and_prints_the_dump(string name)
    {
        using StoredArchive archive = Open(name);
        CatalogWalk walk = Walk(archive);
        using JsonDocument expected = Corpus.Json($"ds1.expected/catalog/{name}.json");
        var dump = new StringBuilder();
        foreach (JsonElement item in expected.RootElement.EnumerateArray())
        {
            Assert.True(walk.MoveNext());
            Assert.Equal(item.GetProperty("path").GetString(), Encoding.UTF8.GetString(walk.Path));
            Assert.Equal(item.GetProperty("type").GetString(), $"{(char)walk.Type}");
            Assert.Equal(item.TryGetProperty("size", out JsonElement size) ? size.GetUInt64() : 0, walk.Size);
            Assert.Equal(item.TryGetProperty("mtime", out JsonElement time) ? time.GetInt64() : 0, walk.ModificationTime);
            Assert.Equal(item.TryGetProperty("start", out JsonElement start) ? start.GetInt64() : -1, walk.ChildStart);
            if (item.TryGetProperty("name-hex", out JsonElement hex)) Assert.Equal(hex.GetString(), Convert.ToHexStringLower(walk.Name));
            dump.Append(DumpLine(walk));
        }

        Assert.False(walk.MoveNext());
        Assert.Equal(Encoding.UTF8.GetString(Corpus.Bytes($"ds1.expected/catalog/{name}.txt")), dump.ToString());
        Conformance.Agrees(Conformance.Formats, $"catalog {name}");
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Listings_are_those_of_the_API(string name)
    {
        using StoredArchive archive = Open(name);
        var catalog = new CatalogReader(archive);
        using JsonDocument expected = Corpus.Json($"ds1.expected/catalog-ls/{name}.json");
        foreach (JsonProperty folder in expected.RootElement.EnumerateObject())
        {
            byte[] path = Encoding.UTF8.GetBytes(folder.Name);
            CatalogEntry[] entries = [.. catalog.List(catalog.Find(path))];
            Assert.Equal(folder.Value.GetArrayLength(), entries.Length);
            foreach ((JsonElement item, CatalogEntry entry) in folder.Value.EnumerateArray().Zip(entries))
            {
                Assert.Equal(item.GetProperty("filepath").GetString(), Convert.ToBase64String(entry.PathBelow(path)));
                Assert.Equal(item.GetProperty("text").GetString(), entry.DisplayName);
                Assert.Equal(item.GetProperty("type").GetString(), $"{(char)entry.Type}");
                Assert.Equal(item.GetProperty("leaf").GetBoolean(), !entry.IsDirectory);
                Assert.Equal(item.TryGetProperty("size", out JsonElement size) ? size.GetUInt64() : 0, entry.Size);
                Assert.Equal(item.TryGetProperty("mtime", out JsonElement time) ? time.GetInt64() : 0, entry.ModificationTime);
                CatalogEntry found = catalog.Find(entry.PathBelow(path));
                Assert.Equal((entry.Type, entry.Size, entry.ChildStart), (found.Type, found.Size, found.ChildStart));
            }

            Conformance.Agrees(Conformance.Content, $"catalog {name}, {folder.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Written_again_it_is_byte_identical(string name)
    {
        using StoredArchive archive = Open(name);
        CatalogWalk walk = Walk(archive);
        using var output = new MemoryStream();
        var writer = new CatalogWriter(output);
        int open = 0;
        while (walk.MoveNext())
        {
            for (; open > walk.Depth; open--) writer.EndDirectory();
            if (walk.Type == CatalogEntryType.Directory)
            {
                writer.StartDirectory(walk.Name);
                open++;
            }
            else if (walk.Type == CatalogEntryType.File)
            {
                writer.AddFile(walk.Name, walk.Size, walk.ModificationTime);
            }
            else
            {
                writer.Add(walk.Type, walk.Name);
            }
        }

        for (; open > 0; open--) writer.EndDirectory();
        writer.Finish();
        Assert.Equal(archive.ReadAll(), output.ToArray());
    }

    [Fact]
    public void Vector_of_the_bytes()
    {
        string[] tables =
        [
            "04 01 6c016c",
            "20 04 6605612e747874ac0280a0f8fa05 66036e6567008100 640373756205 700170",
            "12 01 640e726f6f742e707861722e6469647821",
        ];
        string expected = $"91fd60f9c46758d5{string.Concat(tables)}2e00000000000000".Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(expected, Convert.ToHexStringLower(Sample()));
    }

    [Fact]
    public void A_path_is_found_by_its_bytes()
    {
        var catalog = new CatalogReader(new MemoryByteSource(Sample()));
        Assert.Same(catalog.Root, catalog.Find("/"u8));
        Assert.Equal(300UL, catalog.Find("/root.pxar.didx/a.txt"u8).Size);
        Assert.Equal(-1, catalog.Find("root.pxar.didx/neg"u8).ModificationTime);
        Assert.Equal(CatalogEntryType.SymbolicLink, catalog.Find("root.pxar.didx/sub/l"u8).Type);
        foreach (string missing in new[] { "", "//root.pxar.didx", "root.pxar.didx/", "root.pxar.didx//a.txt", "root.pxar.didx/A.TXT", "x" })
        {
            var error = Assert.Throws<PbsNotFoundException>(() => catalog.Find(Encoding.UTF8.GetBytes(missing)));
            Assert.Equal($"path \"{missing}\" not found in catalog", error.Message);
        }

        const string internalError = "parent is not a directory - internal error";
        Assert.Equal(internalError, Assert.Throws<PbsFormatException>(() => catalog.Find("root.pxar.didx/a.txt/x"u8)).Reason);
        Assert.Equal(internalError, Assert.Throws<PbsFormatException>(() => catalog.List(catalog.Find("root.pxar.didx/a.txt"u8))).Reason);
    }

    [Fact]
    public void Of_equal_names_the_first_is_found()
    {
        byte[] bytes = Write(writer =>
        {
            writer.AddFile("x"u8, 1, 0);
            writer.AddFile("x"u8, 2, 0);
        });
        Assert.Equal(1UL, new CatalogReader(new MemoryByteSource(bytes)).Find("x"u8).Size);
    }

    [Fact]
    public void A_walk_can_leave_out_what_is_below_a_directory()
    {
        CatalogWalk walk = Walk(new MemoryByteSource(Sample()));
        var seen = new List<string>();
        while (walk.MoveNext())
        {
            seen.Add(Encoding.UTF8.GetString(walk.Name));
            if (walk.Name.SequenceEqual("sub"u8)) walk.SkipChildren();
        }

        Assert.Equal(["root.pxar.didx", "a.txt", "neg", "sub", "p"], seen);
    }

    [Fact]
    public void Only_what_is_asked_for_is_read()
    {
        byte[] bytes = Write(writer =>
        {
            for (int folder = 0; folder < 50; folder++)
            {
                writer.StartDirectory(Encoding.UTF8.GetBytes($"folder{folder}"));
                for (int file = 0; file < 2000; file++) writer.AddFile(Encoding.UTF8.GetBytes($"file-{file:D6}.bin"), (ulong)file, file);
                writer.EndDirectory();
            }
        });
        var source = new CountingSource(bytes);
        var catalog = new CatalogReader(source);
        Assert.Equal(50, catalog.List(catalog.Root).Count());
        Assert.Equal(1234UL, catalog.Find("folder25/file-001234.bin"u8).Size);
        Assert.InRange(source.BytesRead, 1, bytes.Length / 10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        CatalogWalk walk = catalog.Walk(catalog.Root);
        int count = 0;
        while (walk.MoveNext()) count++;
        Assert.Equal(50 + (50 * 2000), count);

        // Less than a byte for each file; what the runtime itself allocates at first calls varies by some kilobytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536);
    }

    [Theory]
    [InlineData("", "catalog too small (0 bytes)")]
    [InlineData("91fd60f9c46758d50000000000000000", "root directory at 0 lies outside of the catalog")]
    [InlineData("91fd60f9c46758d60000000000000000", "got unexpected magic number for catalog")]
    [InlineData("91fd60f9c46758d580 0800000000000000", "directory size is no number")]
    [InlineData("91fd60f9c46758d50100 0a00000000000000", "root directory at 10 lies outside of the catalog")]
    [InlineData("91fd60f9c46758d500 0800000000000000", "got small directory size 0")]
    [InlineData("91fd60f9c46758d50200 0800000000000000", "directory of 2 bytes reaches beyond the catalog")]
    [InlineData("91fd60f9c46758d50180 0800000000000000", "number of directory entries is no number")]
    [InlineData("91fd60f9c46758d5020000 0800000000000000", "unable to parse whole catalog data block")]
    [InlineData("91fd60f9c46758d50101 0800000000000000", "catalog entry reaches beyond its directory")]
    [InlineData("91fd60f9c46758d503017a00 0800000000000000", "invalid CatalogEntryType value 'z'")]
    [InlineData("91fd60f9c46758d504016c8020 0800000000000000", "directory entry name too long (4096 >= 4096)")]
    [InlineData("91fd60f9c46758d503016c01 0800000000000000", "catalog entry reaches beyond its directory")]
    [InlineData("91fd60f9c46758d505016c016100 0800000000000000", "unable to parse whole catalog data block")]
    [InlineData("91fd60f9c46758d50501640161 00 0800000000000000", "got wrong directory offset 0 in the directory at 8")]
    [InlineData("91fd60f9c46758d50501640161 01 0800000000000000", "got wrong directory offset 1 in the directory at 8")]
    public void What_is_wrong_is_said(string hex, string reason)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var error = Assert.Throws<PbsFormatException>(() => WalkAll(bytes));
        Assert.Equal(PbsErrorId.CatalogInvalid, error.ErrorId);
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public void A_table_that_is_led_to_again_and_again_is_refused()
    {
        byte[] bytes = Circling();
        Assert.Equal("a directory comes twice", Assert.Throws<PbsFormatException>(() => WalkAll(bytes)).Reason);
    }

    /// <summary>40 tables, each with two entries that both lead to the one before: a trillion paths.</summary>
    internal static byte[] Circling()
    {
        var bytes = new List<byte>(CatalogTables.Magic.ToArray()) { 1, 0 };
        byte distance = 2;
        long start = 8;
        for (int level = 0; level < 40; level++)
        {
            start = bytes.Count;
            bytes.AddRange([9, 2, (byte)'d', 1, (byte)'a', distance, (byte)'d', 1, (byte)'b', distance]);
            distance = 10;
        }

        bytes.AddRange(BitConverter.GetBytes(start));
        return [.. bytes];
    }

    [Theory]
    [InlineData(CatalogWalk.DepthLimit, true)]
    [InlineData(CatalogWalk.DepthLimit + 1, false)]
    public void Depth_is_bounded(int depth, bool accepted)
    {
        byte[] bytes = Write(writer =>
        {
            for (int i = 0; i < depth; i++) writer.StartDirectory("d"u8);
            for (int i = 0; i < depth; i++) writer.EndDirectory();
        });
        if (accepted) Assert.Equal(depth, WalkAll(bytes));
        else Assert.Equal("directories are more than 4096 levels deep", Assert.Throws<PbsFormatException>(() => WalkAll(bytes)).Reason);
    }

    [Fact]
    public void A_writer_refuses_what_is_no_name()
    {
        var writer = new CatalogWriter(Stream.Null);
        foreach (byte[] name in new[] { [], "a/b"u8.ToArray(), "a\0"u8.ToArray(), new byte[4096] })
        {
            Assert.Equal(PbsErrorId.CatalogInvalid, Assert.Throws<PbsArgumentException>(() => writer.AddFile(name, 0, 0)).ErrorId);
        }
    }

    [Fact]
    public void Any_tree_survives_a_round_trip() => Prop.ForAll(Arb.From(Trees(3)), tree =>
    {
        byte[] bytes = Write(writer => AddTo(writer, tree));
        CatalogWalk walk = Walk(new MemoryByteSource(bytes));
        var read = new List<string>();
        while (walk.MoveNext()) read.Add($"{walk.Depth} {(char)walk.Type} {Convert.ToHexString(walk.Name)} {walk.Size} {walk.ModificationTime}");
        return read.SequenceEqual(Lines(tree, 0));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_catalogs_are_read_or_refused()
    {
        using StoredArchive golden = Open("root_host_alpha_2024-10-27T01.30.00Z");
        MutationFuzz.Run([Sample(), golden.ReadAll(), Write(_ => { })], static input =>
        {
            var catalog = new CatalogReader(new MemoryByteSource(input));
            CatalogWalk walk = catalog.Walk(catalog.Root);
            int count = 0;
            while (walk.MoveNext()) count++;
            Assert.InRange(count, 0, input.Length);
            foreach (CatalogEntry entry in catalog.List(catalog.Root).Where(e => !e.Name.Span.Contains((byte)'/'))) _ = catalog.Find(entry.Name.Span).DisplayName;
        }, allocationLimit: 1 << 20);
    }

    private static StoredArchive Open(string name)
    {
        string[] parts = name.Split('_');
        int type = Array.FindIndex(parts, part => part is "vm" or "ct" or "host");
        string ns = string.Concat(parts[..type].Where(part => part != "root").Select(part => $"ns/{part}/"));
        string id = string.Join('_', parts[(type + 1)..^1]);
        CryptKey? key = id == "enc" ? new CryptKey(GoldenKey) : null;
        return new StoredArchive(GoldenStore.Ds1, $"{ns}{parts[type]}/{id}/{parts[^1].Replace('.', ':')}/catalog.pcat1.didx", key);
    }

    private static CatalogWalk Walk(IByteSource source)
    {
        var catalog = new CatalogReader(source);
        return catalog.Walk(catalog.Root);
    }

    private static int WalkAll(byte[] bytes)
    {
        CatalogWalk walk = Walk(new MemoryByteSource(bytes));
        int count = 0;
        while (walk.MoveNext()) count++;
        return count;
    }

    private static byte[] Sample() => Write(writer =>
    {
        writer.StartDirectory("root.pxar.didx"u8);
        writer.AddFile("a.txt"u8, 300, 1600000000);
        writer.AddFile("neg"u8, 0, -1);
        writer.StartDirectory("sub"u8);
        writer.Add(CatalogEntryType.SymbolicLink, "l"u8);
        writer.EndDirectory();
        writer.Add(CatalogEntryType.Fifo, "p"u8);
        writer.EndDirectory();
    });

    private static byte[] Write(Action<CatalogWriter> fill)
    {
        using var output = new MemoryStream();
        var writer = new CatalogWriter(output);
        fill(writer);
        writer.Finish();
        return output.ToArray();
    }

    /// <summary>A line of PBS's dump: Rust prints paths quoted, with escapes for what is not printable or not UTF-8.</summary>
    private static string DumpLine(CatalogWalk walk)
    {
        var path = new StringBuilder();
        ReadOnlySpan<byte> rest = walk.Path;
        while (!rest.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            path.Append(!valid ? $"\\x{rest[0]:X2}" : rune.Value switch { '\n' => "\\n", '\\' => "\\\\", '"' => "\\\"", _ => rune.ToString() });
            rest = rest[(valid ? length : 1)..];
        }

        string attributes = walk.Type != CatalogEntryType.File ? "" : string.Create(CultureInfo.InvariantCulture,
            $" {walk.Size} {DateTimeOffset.FromUnixTimeSeconds(walk.ModificationTime):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        return $"{(char)walk.Type} \".{path}\"{attributes}\n";
    }

    private sealed record Node(CatalogEntryType Type, byte[] Name, ulong Size, long Time, Node[] Children);

    private static Gen<Node[]> Trees(int depth)
    {
        Gen<byte[]> names = ArbMap.Default.GeneratorFor<byte>().Where(b => b is not (0 or (byte)'/')).NonEmptyListOf().Select(list => list.ToArray());
        Gen<CatalogEntryType> types = Gen.Elements(Enum.GetValues<CatalogEntryType>());
        Gen<Node[]> children = depth == 0 ? Gen.Constant(Array.Empty<Node>()) : Gen.Choose(0, 4).SelectMany(count => Trees(depth - 1).Select(list => list.Take(count).ToArray()));
        Gen<Node> node = from type in types
                         from name in names
                         from size in ArbMap.Default.GeneratorFor<ulong>()
                         from time in ArbMap.Default.GeneratorFor<long>()
                         from below in children
                         select type switch
                         {
                             CatalogEntryType.Directory => new Node(type, name, 0, 0, below),
                             CatalogEntryType.File => new Node(type, name, size, time, []),
                             _ => new Node(type, name, 0, 0, []),
                         };
        return node.ArrayOf(5);
    }

    private static void AddTo(CatalogWriter writer, Node[] nodes)
    {
        foreach (Node node in nodes)
        {
            if (node.Type == CatalogEntryType.Directory)
            {
                writer.StartDirectory(node.Name);
                AddTo(writer, node.Children);
                writer.EndDirectory();
            }
            else if (node.Type == CatalogEntryType.File)
            {
                writer.AddFile(node.Name, node.Size, node.Time);
            }
            else
            {
                writer.Add(node.Type, node.Name);
            }
        }
    }

    private static IEnumerable<string> Lines(Node[] nodes, int depth) => nodes.SelectMany(node => Lines(node.Children, depth + 1)
        .Prepend($"{depth} {(char)node.Type} {Convert.ToHexString(node.Name)} {node.Size} {node.Time}"));
}
