using System.Globalization;
using System.Text;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Tests;

/// <summary>Trees restored from archives: the same as PBS's own client restored them, in whole and in part.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string> Stored =>
        [.. Directory.GetFiles(Corpus.PathOf("ds1.expected/extracted"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Corpus.PathOf("pxar"), "*.extracted.json").Select(file => Path.GetFileName(file).Replace(".extracted.json", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose()
    {
        // Names that are no text are beyond what .NET deletes.
        if (Directory.Exists(Target)) TreeOnDisk.Delete(Target);
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void An_archive_of_a_store_becomes_the_tree_that_PBS_made_of_it(string name)
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        Expand(GoldenStore.Ds1.Path, StoredName.SnapshotOf(name), new ExpandRequest(Target) { Archive = StoredName.FileOf(name), Key = key });
        Compare($"ds1.expected/extracted/{name}.json");
        Conformance.Agrees(Conformance.Archives, $"extracted {name}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Both_forms_become_the_tree_that_PBS_made(string name)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes($"pxar/{name}.pxar"), chunkSize: 4096);
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Compare($"pxar/{name}.extracted.json");
        Conformance.Agrees(Conformance.Archives, $"extracted {name}");
        if (!File.Exists(Corpus.PathOf($"pxar/v2/{name}.mpxar"))) return;
        using var split = new StoreOnDisk();
        split.AddArchive(Corpus.Bytes($"pxar/v2/{name}.mpxar"), Corpus.Bytes($"pxar/v2/{name}.ppxar"), chunkSize: 4096);
        TreeOnDisk.Delete(Target);
        Expand(split.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Compare($"pxar/{name}.extracted.json");
        Conformance.Agrees(Conformance.Archives, $"extracted v2/{name}");
    }

    [Fact]
    public void Paths_patterns_and_what_lies_above_them()
    {
        using StoreOnDisk store = Sample();
        Assert.Equal("/etc /etc/a.conf", Restored(store, new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/etc/a.conf")] }));
        Assert.Equal("/etc /etc/a.conf /etc/sub /etc/sub/x", Restored(store, new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/etc/a.conf"), CatalogPath.Literal("etc/sub/")] }));
        Assert.Equal("/etc /etc/a.conf /etc/b.conf", Restored(store, new ExpandRequest(Target) { Include = [new WildcardName("*.CONF")] }));
        Assert.Equal("/etc /etc/sub /etc/sub/x", Restored(store, new ExpandRequest(Target) { Include = [new WildcardName("/etc/s*")] }));
        Assert.Equal("/etc /etc/b.conf /etc/link /etc/sub /etc/sub/x", Restored(store, new ExpandRequest(Target) { Exclude = [new WildcardName("a.*")] }));
        Assert.Equal("/etc /etc/b.conf", Restored(store, new ExpandRequest(Target) { Include = [new WildcardName("*.conf")], Exclude = [new WildcardName("/*/a*")] }));
        Assert.Equal("", Restored(store, new ExpandRequest(Target) { Include = [new WildcardName("none")] }));
        Assert.Empty(_problems);
        Assert.Equal("", Restored(store, new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/none")] }));
        Assert.Equal(PbsErrorId.ArchivePathNotFound, Assert.Single(_problems).ErrorId);
    }

    [Fact]
    public void What_is_there_is_refused_kept_or_replaced()
    {
        using StoreOnDisk store = Sample();
        Directory.CreateDirectory(Path.Combine(Target, "etc"));
        File.WriteAllText(Path.Combine(Target, "etc", "a.conf"), "mine");
        File.WriteAllText(Path.Combine(Target, "own"), "mine");
        FileMutations.Default.SetMode(Path.Combine(Target, "etc"), 0x1C0);
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Assert.Equal(PbsErrorId.RestoreTargetExists, Assert.Single(_problems).ErrorId);
        Assert.Equal("/etc /etc/a.conf /own", Shown());

        _problems.Clear();
        ArchiveRestoreInfo kept = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { NoClobber = true });
        Assert.Equal((1, 0, "mine"), (kept.Skipped, kept.Failed, File.ReadAllText(Path.Combine(Target, "etc", "a.conf"))));
        Assert.Equal("b", File.ReadAllText(Path.Combine(Target, "etc", "b.conf")));
        Assert.Equal(0x1C0, ModeOf("/etc"));

        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { Overwrite = true });
        Assert.Equal(("a", "mine"), (File.ReadAllText(Path.Combine(Target, "etc", "a.conf")), File.ReadAllText(Path.Combine(Target, "own"))));
        Assert.Equal(0x1ED, ModeOf("/etc"));
        Assert.Empty(_problems);

        // Folders never make room for files, nor the other way round.
        File.Delete(Path.Combine(Target, "etc", "b.conf"));
        Directory.CreateDirectory(Path.Combine(Target, "etc", "b.conf"));
        Directory.Delete(Path.Combine(Target, "etc", "sub"), recursive: true);
        File.WriteAllText(Path.Combine(Target, "etc", "sub"), "mine");
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { Overwrite = true });
        Assert.Equal(2, _problems.Count);
        Assert.True(Directory.Exists(Path.Combine(Target, "etc", "b.conf")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target, "etc", "sub")));
        Assert.DoesNotContain(".pbs-restore", Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Zeros_become_holes()
    {
        byte[] content = new byte[3 << 20];
        content[0] = content[1 << 20] = 1;
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            writer.Add(ArchiveOnDisk.File_("sparse"), content);
            writer.Add(ArchiveOnDisk.File_("zeros"), new byte[100_000]);
        }));
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        SortedDictionary<string, FileState> tree = TreeOnDisk.Read(Target);
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(Target, "sparse")));
        Assert.Equal(new byte[100_000], File.ReadAllBytes(Path.Combine(Target, "zeros")));
        Assert.True(tree["/sparse"].Allocated < 200_000, $"{tree["/sparse"].Allocated}");
    }

    [Fact]
    public void Lost_chunks_are_filled_when_that_is_allowed_and_the_files_are_named()
    {
        byte[][] contents = [.. Enumerable.Range(0, 6).Select(i => Noise(i, 40_000))];
        byte[] archive = ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < 6; i++) writer.Add(ArchiveOnDisk.File_($"f{i}"), contents[i]);
        });
        using var store = new StoreOnDisk();
        store.AddArchive(archive, chunkSize: 10_000);
        store.LoseChunk("root.pxar.didx", 60_000);
        ArchiveRestoreInfo strict = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Assert.Equal((5, 1), (strict.Files, strict.Failed));
        Assert.Equal(PbsErrorId.ChunkMissing, Assert.Single(_problems).ErrorId);
        Assert.Equal("/f0 /f2 /f3 /f4 /f5", Shown());

        TreeOnDisk.Delete(Target);
        _problems.Clear();
        Assert.Equal(6, Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { AllowMissingChunk = true }).Files);
        ArchiveGapInfo gap = Assert.Single(_told.OfType<ArchiveGapInfo>());
        Assert.Equal((60_000, 10_000, "root.pxar.didx", ChunkFault.Missing, "/f1"), (gap.Offset, gap.Length, gap.FileName, gap.Fault, gap.Files.ToString()));
        byte[] expected = contents[1], found = File.ReadAllBytes(Path.Combine(Target, "f1"));
        int start = 60_000 - (archive.AsSpan().IndexOf(expected.AsSpan(0, 64)));
        Assert.Equal([.. expected[..start], .. new byte[10_000], .. expected[(start + 10_000)..]], found);
        Assert.Empty(_problems);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_archive_that_has_lost_its_beginning_gives_the_rest(bool split)
    {
        using var payload = new MemoryStream();
        byte[] archive = ArchiveOnDisk.Write(
            writer =>
            {
                for (int i = 0; i < 50; i++)
                {
                    writer.StartDirectory(ArchiveOnDisk.Folder($"d{i:D2}"));
                    writer.Add(ArchiveOnDisk.File_("f"), Noise(i, 500));
                    writer.EndDirectory();
                }
            },
            split ? payload : null);
        using var store = new StoreOnDisk();
        store.AddArchive(archive, split ? payload.ToArray() : null, chunkSize: 2000);
        store.LoseChunk(split ? "root.mpxar.didx" : "root.pxar.didx", 0);
        ArchiveRestoreInfo result = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { AllowMissingChunk = true });
        Assert.InRange(result.Files, 35, 49);
        Assert.Equal(Noise(49, 500), File.ReadAllBytes(Path.Combine(Target, "d49", "f")));
        Assert.Contains(_problems, problem => problem.ErrorId == PbsErrorId.ChunkMissing && problem.Target.EndsWith(".pxar/", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Target));
        Assert.Single(_told.OfType<ArchiveGapInfo>());

        TreeOnDisk.Delete(Target);
        _problems.Clear();
        Assert.Equal(1, Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/d49/f")] }).Files);
        Assert.Empty(_problems);
        store.LoseChunk(split ? "root.mpxar.didx" : "root.pxar.didx", archive.Length - 1);
        Assert.ThrowsAny<PbsException>(() => Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target)));
    }

    [Fact]
    public void A_cut_off_archive_gives_what_is_whole()
    {
        byte[] whole = ArchiveOnDisk.Write(writer =>
        {
            writer.StartDirectory(ArchiveOnDisk.Folder("dir", 0x1E8));
            for (int i = 0; i < 20; i++) writer.Add(ArchiveOnDisk.File_($"f{i:D2}"), Encoding.UTF8.GetBytes($"content {i}"));
            writer.EndDirectory();
        });
        using var store = new StoreOnDisk();
        int cut = whole.AsSpan().IndexOf("content 11"u8) + 4;
        store.AddArchive(whole[..cut]);
        ArchiveRestoreInfo result = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Assert.Equal(11, result.Files);
        Assert.NotEmpty(_problems);
        for (int i = 0; i < 11; i++) Assert.Equal($"content {i}", File.ReadAllText(Path.Combine(Target, "dir", $"f{i:D2}")));
        Assert.False(File.Exists(Path.Combine(Target, "dir", "f11")));
        Assert.Equal(0x1E8, ModeOf("/dir"));
    }

    [Fact]
    public void Hard_links_are_one_file_again_and_files_of_their_own_where_the_first_was_not_wanted()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes("pxar/hardlinks.pxar"));
        ArchiveRestoreInfo all = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Assert.Equal(2, all.HardLinks);
        SortedDictionary<string, FileState> tree = TreeOnDisk.Read(Target);
        Assert.Equal((3u, tree["/a"].Inode, tree["/a"].Inode), (tree["/a"].Links, tree["/b"].Inode, tree["/z/c"].Inode));

        TreeOnDisk.Delete(Target);
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { Exclude = [new WildcardName("a")] });
        SortedDictionary<string, FileState> rest = TreeOnDisk.Read(Target);
        Assert.Equal((tree["/a"].Hash, tree["/a"].ModificationTime, 2u), (rest["/b"].Hash, rest["/b"].ModificationTime, rest["/b"].Links));
        Assert.Equal(rest["/b"].Inode, rest["/z/c"].Inode);
        Assert.Empty(_problems);
    }

    [Fact]
    public void What_may_not_be_changed_any_more_gets_its_name_first()
    {
        const ulong immutable = 0x400000, append = 0x10000;
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            PxarEntry folder = ArchiveOnDisk.Folder("d");
            writer.StartDirectory(new PxarEntry { Name = folder.Name, Type = folder.Type, Stat = folder.Stat with { Flags = immutable } });
            foreach (ulong flag in (ulong[])[immutable, append])
            {
                PxarEntry file = ArchiveOnDisk.File_($"f{flag:x}");
                writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat with { Flags = flag } }, "content"u8);
            }

            writer.EndDirectory();
        }));
        ArchiveRestoreInfo result = Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        try
        {
            Assert.Equal((2, 0), (result.Files, result.Failed));
            Assert.Equal("/d /d/f10000 /d/f400000", Shown());
        }
        finally
        {
            foreach (string path in (string[])["d", "d/f10000", "d/f400000"]) Release(Path.Combine(Target, path));
        }
    }

    [Fact]
    public void A_new_destination_gets_what_the_root_has_also_for_a_part()
    {
        using StoreOnDisk store = Sample();
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/etc/a.conf")] });
        Assert.Equal(0x1ED, (int)(FileStatus.TryOf(Target, out _)!.Value.Mode));
    }

    [Fact]
    public void Where_it_may_not_go()
    {
        using StoreOnDisk store = Sample();
        PbsEngine session = new PbsEngine(Connection.None);
        DatastoreContext context = session.Resolver.ResolvePath(store.Path);
        Assert.Equal(PbsErrorId.DestinationGuarded, Refusal(store.Path));
        Assert.Equal(PbsErrorId.DestinationGuarded, Refusal(store.PathOf("host/x/new")));
        Assert.Equal(PbsErrorId.DestinationGuarded, Refusal(store.PathOf("host/x/owner")));
        Assert.Equal(PbsErrorId.DestinationNotFound, Refusal(Path.Combine(_folder.Root, "none", "below")));
        Assert.Equal($"{ArchiveOnDisk.Snapshot}/root.pxar", session.Expansion.Check(context, ArchiveOnDisk.Snapshot, new ExpandRequest(Target)).Source);
        Assert.False(Directory.Exists(Target));

        string Refusal(string destination) =>
            Assert.ThrowsAny<PbsException>(() => session.Expansion.Check(context, ArchiveOnDisk.Snapshot, new ExpandRequest(destination))).ErrorId;
    }

    [Fact]
    public void The_portable_way_restores_content_times_and_modes()
    {
        using StoreOnDisk store = Sample();
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        SortedDictionary<string, FileState> native = TreeOnDisk.Read(Target);
        TreeOnDisk.Delete(Target);
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target), new EngineOptions { Targets = TargetAccess.ThroughPaths });
        SortedDictionary<string, FileState> portable = TreeOnDisk.Read(Target);
        Assert.Equal(native.Keys, portable.Keys);
        foreach ((string path, FileState state) in portable)
        {
            Assert.Equal((native[path].Mode, native[path].Hash, native[path].Target), (state.Mode, state.Hash, state.Target));
            if (state.Target is null) Assert.Equal(native[path].ModificationTime, state.ModificationTime);
        }

        Assert.Empty(_problems);
    }

    internal static StoreOnDisk Sample()
    {
        var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            writer.StartDirectory(ArchiveOnDisk.Folder("etc"));
            writer.Add(ArchiveOnDisk.File_("a.conf"), "a"u8);
            writer.Add(ArchiveOnDisk.File_("b.conf", 0x180), "b"u8);
            writer.Add(ArchiveOnDisk.Link("link", "../../elsewhere"), []);
            writer.StartDirectory(ArchiveOnDisk.Folder("sub"));
            writer.Add(ArchiveOnDisk.File_("x"), "x"u8);
            writer.EndDirectory();
            writer.EndDirectory();
        }));
        return store;
    }

    private string Restored(StoreOnDisk store, ExpandRequest request)
    {
        if (Directory.Exists(Target)) TreeOnDisk.Delete(Target);
        Expand(store.Path, ArchiveOnDisk.Snapshot, request);
        return Shown();
    }

    /// <summary>Takes the flags away that would keep the test from cleaning up.</summary>
    private static unsafe void Release(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle? file = NativeFile.TryOpen(path, LibC.ORdOnly, out _);
        uint none = 0;
        if (file is not null) LibC.Control((int)file.DangerousGetHandle(), LibC.SetFlags, &none);
    }

    private static byte[] Noise(int seed, int length)
    {
        byte[] noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private int ModeOf(string path) => TreeOnDisk.Read(Target)[path].Mode & 0xFFF;

    private string Shown() => string.Join(' ', TreeOnDisk.Read(Target).Keys);

    private ArchiveRestoreInfo Expand(string store, SnapshotPath snapshot, ExpandRequest request, EngineOptions? engine = null)
    {
        _told.Clear();
        PbsEngine session = new PbsEngine(Connection.None, engine ?? new EngineOptions());
        return session.Expansion.ExpandArchive(session.Resolver.ResolvePath(store), snapshot, request, new ArchiveListener(_told.Add, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }

    private void Compare(string expectedFile)
    {
        Assert.Empty(_problems);
        using JsonDocument expected = Corpus.Json(expectedFile);
        SortedDictionary<string, FileState> tree = TreeOnDisk.Read(Target);
        Dictionary<string, JsonElement> items = expected.RootElement.EnumerateArray().ToDictionary(item => PxarTests.Shown(item.GetProperty("path").GetString()!));
        HashSet<(string, RestoredTrait)> missed = [.. _told.OfType<RestoreWarningInfo>().SelectMany(warning => warning.Paths, (warning, path) => (path, warning.Attribute))];

        // Nothing may be missed but for a reason of this machine.
        Assert.All(_told.OfType<RestoreWarningInfo>(), warning => Assert.Contains("perat", warning.Reason, StringComparison.Ordinal));
        Assert.Equal(items.Keys.Order(StringComparer.Ordinal), tree.Keys.Where(path => !path.EndsWith("/.pxarexclude-cli", StringComparison.Ordinal) || items.ContainsKey(path)));
        foreach ((string path, JsonElement item) in items) Compare(path, item, tree[path], missed);
    }

    private static void Compare(string path, JsonElement item, FileState state, HashSet<(string, RestoredTrait)> missed)
    {
        Assert.Equal((path, item.GetProperty("mode").GetString()), (path, Convert.ToString(state.Mode, 8)));
        if (!missed.Contains(("/", RestoredTrait.Owner))) Assert.Equal((path, item.GetProperty("uid").GetUInt32(), item.GetProperty("gid").GetUInt32()), (path, state.User, state.Group));
        Assert.Equal((path, item.GetProperty("mtime-ns").GetInt64()), (path, state.ModificationTime));
        if (item.TryGetProperty("nlink", out JsonElement links) && links.ValueKind == JsonValueKind.Number) Assert.Equal((path, links.GetUInt32()), (path, state.Links));
        if (item.TryGetProperty("size", out JsonElement size)) Assert.Equal((path, size.GetInt64()), (path, state.Size));
        if (item.TryGetProperty("sha256", out JsonElement hash)) Assert.Equal((path, hash.GetString()), (path, state.Hash));
        if (item.TryGetProperty("target", out JsonElement target)) Assert.Equal((path, PxarTests.Shown(target.GetString()!)), (path, state.Target));
        if (item.TryGetProperty("rdev", out JsonElement device)) Assert.Equal((path, (device[0].GetUInt32(), device[1].GetUInt32())), (path, state.Device!.Value));
        if (missed.Contains((path, RestoredTrait.ExtendedAttribute)) || missed.Contains((path, RestoredTrait.Capabilities)) || missed.Contains((path, RestoredTrait.AccessControlList))) return;
        string attributes = item.TryGetProperty("xattrs-hex", out JsonElement values) ? string.Join(' ', values.EnumerateObject().OrderBy(value => value.Name, StringComparer.Ordinal).Select(value => $"{value.Name}={value.Value}")) : "";
        Assert.Equal($"{path} {attributes}", $"{path} {string.Join(' ', state.Attributes.Select(pair => $"{pair.Key}={pair.Value}"))}");
    }
}
