using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Core.Tests;

/// <summary>Single entries taken out of archives: files as they are, folders packed so that ordinary tools open them.</summary>
public sealed class ArchiveSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];
    private readonly List<ListingProblem> _problems = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("root_host_alpha_2024-10-27T01.30.00Z_root.pxar.didx")]
    [InlineData("root_host_enc_2024-04-02T08.00.00Z_data.pxar.didx")]
    [InlineData("root_host_multi.chunk_test-1_2024-01-16T06.07.08Z_multi.pxar.didx")]
    public void Each_file_of_a_store_is_what_PBS_has(string name)
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        using JsonDocument expected = Corpus.Json($"ds1.expected/pxar/{name}.json");
        Dictionary<string, string> hashes = [];
        foreach (JsonElement item in expected.RootElement.EnumerateArray())
        {
            string path = PxarTests.Shown(item.GetProperty("path").GetString()!), kind = item.GetProperty("kind").GetString()!;
            if (kind == "file") hashes[path] = item.GetProperty("sha256").GetString()!;
            if (kind == "hardlink") hashes[path] = hashes["/" + item.GetProperty("target").GetString()];
            if (!hashes.TryGetValue(path, out string? hash)) continue;
            FileInfo saved = Save(GoldenStore.Ds1.Path, StoredName.SnapshotOf(name), new ArchiveSaveRequest(CatalogPath.Literal(path), Path.Combine(_folder.Root, "saved")) { Archive = StoredName.FileOf(name), Key = key, Replace = true });
            Assert.Equal((path, hash), (path, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(saved.FullName)))));
            if (kind == "file") Assert.Equal(item.GetProperty("mtime").GetInt64(), new DateTimeOffset(saved.LastWriteTimeUtc).ToUnixTimeSeconds());
            Conformance.Agrees(Conformance.Archives, $"saved {name} {path}");
        }

        Assert.NotEmpty(hashes);
    }

    [Fact]
    public void A_folder_becomes_a_zip_that_unzip_opens()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes("pxar/rich.pxar"), chunkSize: 4096);
        FileInfo zip = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root));
        Assert.Equal("root.zip", zip.Name);
        PxarReader reader = PxarWalk.Open("rich");
        using (ZipArchive archive = ZipFile.OpenRead(zip.FullName))
        {
            (string Path, PxarEntry Entry)[] expected = [.. PxarWalk.All(reader).Skip(1).Where(found => found.Entry.Type is CatalogEntryType.File or CatalogEntryType.HardLink or CatalogEntryType.Directory)];
            Assert.Equal(expected.Select(found => found.Path[1..] + (found.Entry.IsDirectory ? "/" : "")), archive.Entries.Select(entry => entry.FullName));
            foreach ((ZipArchiveEntry packed, (_, PxarEntry entry)) in archive.Entries.Zip(expected))
            {
                PxarEntry file = entry.Type == CatalogEntryType.HardLink ? reader.FollowHardLink(entry) : entry;
                Assert.Equal(file.Stat.Mode, (uint)packed.ExternalAttributes >> 16);
                DateTime time = file.Stat.LastWriteTime!.Value.UtcDateTime, first = new(1980, 1, 1);
                Assert.InRange((packed.LastWriteTime.DateTime - (time < first ? first : time)).TotalSeconds, -2, 0);
                if (file.IsDirectory) continue;
                using Stream data = packed.Open();
                Assert.Equal(SHA256.HashData(PxarWalk.Content(reader, file)), SHA256.HashData(data));
            }
        }

        RunTool("unzip", "-tq", zip.FullName);
        FileInfo part = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/hl/z"), Path.Combine(_folder.Root, "part.zip")) { Packing = ArchivePacking.Zip });
        using ZipArchive second = ZipFile.OpenRead(part.FullName);
        Assert.Equal("z/ z/c-hardlink", string.Join(' ', second.Entries.Select(entry => entry.FullName)));
        Assert.True(second.Entries[1].Length > 0);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_folder_becomes_a_tar_that_tar_opens()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes("pxar/v2/rich.mpxar"), Corpus.Bytes("pxar/v2/rich.ppxar"), chunkSize: 4096);
        FileInfo tar = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root) { Packing = ArchivePacking.TarZstd });
        Assert.Equal("root.tar.zst", tar.Name);
        PxarReader reader = PxarWalk.Open("v2/rich");
        (string Path, PxarEntry Entry)[] expected = [.. PxarWalk.All(reader).Skip(1).Where(found => found.Entry.Type != CatalogEntryType.Socket)];
        using (var content = new ZstdReadStream(File.OpenRead(tar.FullName)))
        using (var packed = new TarReader(content))
        {
            foreach ((string path, PxarEntry entry) in expected)
            {
                TarEntry item = packed.GetNextEntry(copyData: true)!;
                Assert.Equal(Encoding.UTF8.GetString(EscapedName.Parse(path.AsSpan(1))) + (entry.IsDirectory ? "/" : ""), item.Name);
                if (entry.Type == CatalogEntryType.HardLink)
                {
                    Assert.Equal((TarEntryType.HardLink, PxarName.Shown(entry.LinkTarget.Span)), (item.EntryType, item.LinkName));
                    continue;
                }

                Assert.Equal((path, entry.Stat.Permissions, (int)entry.Stat.UserId, (int)entry.Stat.GroupId, entry.Stat.Seconds), (path, (uint)item.Mode, item.Uid, item.Gid, item.ModificationTime.ToUnixTimeSeconds()));
                if (entry.Type == CatalogEntryType.SymbolicLink) Assert.Equal(PxarName.Shown(entry.LinkTarget.Span), item.LinkName);
                if (entry.Type == CatalogEntryType.File) Assert.Equal(SHA256.HashData(PxarWalk.Content(reader, entry)), SHA256.HashData(item.DataStream ?? Stream.Null));
            }

            Assert.Null(packed.GetNextEntry());
        }

        RunTool("tar", "--zstd", "-tf", tar.FullName);

        // A link whose file is not in it carries the content itself.
        FileInfo part = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/hl/z"), Path.Combine(_folder.Root, "part.tar.zst")) { Packing = ArchivePacking.TarZstd });
        using var rest = new TarReader(new ZstdReadStream(File.OpenRead(part.FullName)));
        Assert.Equal("z/", rest.GetNextEntry()!.Name);
        TarEntry link = rest.GetNextEntry(copyData: true)!;
        Assert.Equal((TarEntryType.RegularFile, "z/c-hardlink"), (link.EntryType, link.Name));
        Assert.True(link.Length > 0);
        Assert.Empty(_problems);
    }

    [Fact]
    public void Strange_times_owners_and_sizes_are_packed_as_far_as_there_is_room()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            foreach (long time in (long[])[-1, 0, 4_000_000_000, 100_000_000_000, long.MinValue, long.MaxValue])
            {
                PxarEntry file = ArchiveOnDisk.File_($"t{time}");
                writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat with { Seconds = time, UserId = 70_000, GroupId = 3_000_000 } }, "x"u8);
            }

            PxarEntry big = ArchiveOnDisk.File_("u");
            writer.Add(new PxarEntry { Name = big.Name, Type = big.Type, Stat = big.Stat with { UserId = uint.MaxValue } }, "x"u8);
            writer.Add(ArchiveOnDisk.File_(new string('n', 255)), "x"u8);
        }));
        FileInfo zip = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root));
        RunTool("unzip", "-tq", zip.FullName);
        Assert.Empty(_problems);
        FileInfo tar = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root) { Packing = ArchivePacking.TarZstd });
        Assert.Equal(8, RunTool("tar", "--zstd", "--numeric-owner", "-tvf", tar.FullName)?.Count(letter => letter == '\n') ?? 8);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_tar_holds_what_a_restore_gives()
    {
        AtomicFileTests.NeedsLinux();
        byte[] odd = [(byte)'n', 0xE9, (byte)'\n', 0x1B, (byte)'\\', (byte)'x', (byte)'0', (byte)'a'];
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            for (int length = 98; length <= 102; length++) writer.Add(ArchiveOnDisk.File_(new string('l', length)), new byte[length * 5]);
            writer.Add(ArchiveOnDisk.Link("long", string.Concat(Enumerable.Repeat("target/", 60))), []);
            PxarEntry file = ArchiveOnDisk.File_("nobody", 0x9FF);
            writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat with { UserId = uint.MaxValue - 1, GroupId = 3_000_000_000, Seconds = -3 } }, "x"u8);
            PxarEntry folder = ArchiveOnDisk.Folder("odd");
            writer.StartDirectory(new PxarEntry { Name = odd, Type = folder.Type, Stat = folder.Stat });
            writer.Add(new PxarEntry { Name = odd, Type = file.Type, Stat = file.Stat }, "y"u8);
            writer.Add(new PxarEntry { Name = "z"u8.ToArray(), Type = CatalogEntryType.SymbolicLink, Stat = ArchiveOnDisk.Link("z", "x").Stat, LinkTarget = odd }, []);
            writer.EndDirectory();
        }));
        string restored = Path.Combine(_folder.Root, "restored"), unpacked = Directory.CreateDirectory(Path.Combine(_folder.Root, "unpacked")).FullName;
        FileInfo tar = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root) { Packing = ArchivePacking.TarZstd });
        PbsEngine engine = new PbsEngine(Connection.None);
        engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ExpandRequest(restored), new ArchiveListener(static _ => { }, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
        if (RunTool("tar", "--zstd", "-xpf", tar.FullName, "-C", unpacked) is null) Skip.Because("there is no tar");
        Assert.Equal(Told(restored), Told(unpacked));
        Assert.Empty(_problems);

        static IEnumerable<string> Told(string root) => TreeOnDisk.Read(root).Where(entry => entry.Key != "/").Select(entry =>
            $"{entry.Key} {entry.Value.Mode:x} {entry.Value.User}:{entry.Value.Group} {entry.Value.Hash} {entry.Value.Target} {(int)Math.Floor(entry.Value.ModificationTime / 1e9)}");
    }

    [Fact]
    public void What_cannot_be_saved_is_said_and_leaves_nothing_behind()
    {
        byte[] noise = new byte[50_000];
        new Random(3).NextBytes(noise);
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            writer.StartDirectory(ArchiveOnDisk.Folder("dir"));
            writer.Add(ArchiveOnDisk.File_("file"), noise);
            writer.EndDirectory();
            writer.Add(ArchiveOnDisk.Link("link", "dir/file"), []);
        }), chunkSize: 10_000);
        Assert.Equal(PbsErrorId.ArchivePathNotFound, Refusal<PbsNotFoundException>("/none"));
        Assert.Equal(PbsErrorId.ArchivePathNotFound, Refusal<PbsNotFoundException>("/dir/file/x"));
        Assert.Equal(PbsErrorId.FileNotDecodable, Refusal<PbsArgumentException>("/link"));
        File.WriteAllText(Path.Combine(_folder.Root, "file"), "mine");
        Assert.Equal(PbsErrorId.DestinationExists, Refusal<PbsConflictException>("/dir/file"));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder.Root, "file")));
        File.Delete(Path.Combine(_folder.Root, "file"));

        store.LoseChunk("root.pxar.didx", 25_000);
        Assert.Equal(PbsErrorId.ChunkMissing, Refusal<PbsNotFoundException>("/dir/file"));
        Assert.Equal(PbsErrorId.ChunkMissing, Refusal<PbsNotFoundException>("/dir"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        FileInfo saved = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/dir/file"), _folder.Root) { AllowMissingChunk = true });
        ArchiveGapInfo gap = Assert.Single(_told.OfType<ArchiveGapInfo>());
        Assert.Equal((20_000, "/dir/file"), (gap.Offset, gap.Files.ToString()));
        byte[] content = File.ReadAllBytes(saved.FullName);
        Assert.Equal((noise.Length, 10_000), (content.Length, content.Zip(noise).Count(pair => pair.First == 0 && pair.First != pair.Second) / 100 * 100 + 100));

        string Refusal<T>(string path)
            where T : PbsException => Assert.Throws<T>(() => Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal(path), _folder.Root))).ErrorId;
    }

    [Fact]
    public void A_damaged_entry_costs_a_pack_no_other_entry()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            writer.Add(ArchiveOnDisk.File_("a"), "a"u8);
            writer.AddHardLink("b"u8, "a"u8, 5);
            writer.Add(ArchiveOnDisk.Link("c", ""), []);
            writer.Add(ArchiveOnDisk.File_("d"), "d"u8);
        }));
        FileInfo zip = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root));
        using (ZipArchive archive = ZipFile.OpenRead(zip.FullName)) Assert.Equal(["a", "d"], archive.Entries.Select(entry => entry.FullName));
        Assert.Equal("/b", Assert.Single(_problems).Target[^2..]);
        _problems.Clear();
        FileInfo tar = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root) { Packing = ArchivePacking.TarZstd });
        using var packed = new TarReader(new ZstdReadStream(File.OpenRead(tar.FullName)));
        Assert.Equal(("a", "d"), (packed.GetNextEntry()!.Name, packed.GetNextEntry()!.Name));
        Assert.Equal(["/b", "/c"], _problems.Select(problem => problem.Target[^2..]));
        RunTool("tar", "--zstd", "-tf", tar.FullName);
    }

    [Fact]
    public void A_path_too_long_for_a_zip_costs_no_other_entry()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            const int deep = 300;
            for (int i = 0; i < deep; i++) writer.StartDirectory(ArchiveOnDisk.Folder(new string('d', 250)));
            for (int i = 0; i < deep; i++) writer.EndDirectory();
            writer.Add(ArchiveOnDisk.File_("z"), "z"u8);
        }));
        FileInfo zip = Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root));
        using ZipArchive archive = ZipFile.OpenRead(zip.FullName);
        Assert.Equal("z", archive.Entries[^1].FullName);
        Assert.NotEmpty(_problems);
        RunTool("tar", "--zstd", "-tf", Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/"), _folder.Root) { Packing = ArchivePacking.TarZstd }).FullName);
    }

    [Fact]
    public void A_link_under_the_name_of_what_is_saved_is_not_gone_through()
    {
        using StoreOnDisk store = RestoreTests.Sample();
        string outside = Path.Combine(_folder.Root, "outside"), place = Directory.CreateDirectory(Path.Combine(_folder.Root, "place")).FullName;
        foreach (bool isThere in (bool[])[false, true])
        {
            if (isThere) File.WriteAllText(outside, "mine");
            File.Delete(Path.Combine(place, "a.conf"));
            File.CreateSymbolicLink(Path.Combine(place, "a.conf"), outside);
            var request = new ArchiveSaveRequest(CatalogPath.Literal("/etc/a.conf"), place);
            Assert.Throws<PbsConflictException>(() => Save(store.Path, ArchiveOnDisk.Snapshot, request));
            Assert.Equal(Path.Combine(place, "a.conf"), Save(store.Path, ArchiveOnDisk.Snapshot, request with { Replace = true }).FullName);
            Assert.Null(new FileInfo(Path.Combine(place, "a.conf")).LinkTarget);
            Assert.Equal(isThere, File.Exists(outside));
        }

        Assert.Equal("mine", File.ReadAllText(outside));

        // A file that is named is what it leads to, but nothing is made where a link leads to nothing.
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "dangling"), Path.Combine(_folder.Root, "new"));
        Assert.Throws<PbsConflictException>(() => Save(store.Path, ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/etc/a.conf"), Path.Combine(_folder.Root, "dangling"))));
        Assert.False(File.Exists(Path.Combine(_folder.Root, "new")));
    }

    [Fact]
    public void A_check_reads_no_content_and_writes_nothing()
    {
        using StoreOnDisk store = RestoreTests.Sample();
        PbsEngine engine = new PbsEngine(Connection.None);
        SavePlan plan = engine.ArchiveItems.CheckSave(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ArchiveSaveRequest(CatalogPath.Literal("/etc/a.conf"), _folder.Root));
        Assert.Equal(($"{ArchiveOnDisk.Snapshot}/root.pxar/etc/a.conf", Path.Combine(_folder.Root, "a.conf"), 1L, false), (plan.Source, plan.Path, plan.Length, plan.Replaces));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    /// <returns>What it says; null where it is not on this machine.</returns>
    private static string? RunTool(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // What it would say, the reader above has said already.
            TestContext.Current.SendDiagnosticMessage($"{tool} is not on this machine: not tried");
            return null;
        }

        using (process)
        {
            Task<string> errors = process!.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{tool}: {output}{errors.Result}");
            return output;
        }
    }

    private FileInfo Save(string store, SnapshotPath snapshot, ArchiveSaveRequest request)
    {
        _told.Clear();
        PbsEngine engine = new PbsEngine(Connection.None);
        return engine.ArchiveItems.SaveItem(engine.Resolver.ResolvePath(store), snapshot, request, new ArchiveListener(_told.Add, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }
}
