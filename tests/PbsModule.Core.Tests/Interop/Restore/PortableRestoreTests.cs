using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;

namespace PbsModule.Core.Tests;

/// <summary>
/// Trees restored by .NET's calls alone, as on Windows and macOS: content, links, modes and times as PBS's client restored them; what .NET has no
/// call for is told, and nothing else is missing.
/// </summary>
public sealed class PortableRestoreTests : IDisposable
{
    private const int KindMask = 0xF000;
    private const int FolderKind = 0x4000;
    private const int FileKind = 0x8000;
    private const int LinkKind = 0xA000;
    private const int SetIds = 0xC00;
    private const long NanosecondsPerTick = 100;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string> Stored => RestoreTests.Stored;

    public static TheoryData<string> Files => RestoreTests.Files;

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_not_complete_yet_is_for_nobody_else()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip.Because("there are no modes");
            return;
        }

        Assert.Equal(0, TargetAccess.ThroughPaths.Open(_folder.Root, false, out TargetFolder? open));
        using TargetFolder folder = open!;
        Assert.Equal(0, folder.CreateFolder("d"u8));
        Assert.Equal(0, folder.CreateFile("f"u8, out TargetFile? file));
        file!.Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["d"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["f"]));
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void An_archive_of_a_store_becomes_its_tree(string name)
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        Expand(GoldenStore.Ds1.Path, StoredName.SnapshotOf(name), new ExpandRequest(Target) { Archive = StoredName.FileOf(name), Key = key });
        Compare($"ds1.expected/extracted/{name}.json");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_archive_becomes_its_tree(string name)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(Corpus.Bytes($"pxar/{name}.pxar"), chunkSize: 4096);
        Expand(store.Path, ArchiveOnDisk.Snapshot, new ExpandRequest(Target));
        Compare($"pxar/{name}.extracted.json");
    }

    private void Expand(string store, SnapshotPath snapshot, ExpandRequest request)
    {
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Targets = TargetAccess.ThroughPaths, Folders = FolderAccess.Portable, ChunkFiles = folder => new PortableSequentialFile(folder) });
        engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store), snapshot, request, new ArchiveListener(static _ => { }, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }

    private void Compare(string expectedFile)
    {
        if (OperatingSystem.IsWindows()) Skip.Because("modes, links and some names are of Unix");
        int beyond = 0;
        using JsonDocument expected = Corpus.Json(expectedFile);
        foreach (JsonElement item in expected.RootElement.EnumerateArray())
        {
            string path = item.GetProperty("path").GetString()!;
            int mode = Convert.ToInt32(item.GetProperty("mode").GetString(), 8);
            bool isText = PxarTests.Shown(path) == path;
            if (!isText || (mode & KindMask) is not (FolderKind or FileKind or LinkKind)) beyond++;
            else CompareOne(Target + path, mode & KindMask, mode & 0xFFF, item);
        }

        Assert.True(_problems.Count <= beyond, string.Join('\n', _problems.Select(problem => problem.Message)));
    }

    private static void CompareOne(string path, int kind, int permissions, JsonElement item)
    {
        if (kind == LinkKind)
        {
            string target = item.GetProperty("target").GetString()!;
            if (PxarTests.Shown(target) == target) Assert.Equal(target, new FileInfo(path).LinkTarget);
            return;
        }

        FileSystemInfo info = kind == FolderKind ? new DirectoryInfo(path) : new FileInfo(path);
        Assert.True(info.Exists, path);

        // Whose files are made is not known without a native call, so none may run as its owner.
        if (kind == FileKind && !NativeCode.IsAllowed) permissions &= ~SetIds;
        Assert.Equal((path, Octal(permissions)), (path, Octal((int)info.UnixFileMode)));
        Assert.Equal((path, item.GetProperty("mtime-ns").GetInt64() / NanosecondsPerTick), (path, (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks));
        if (kind == FolderKind || !item.TryGetProperty("sha256", out JsonElement hash)) return;
        byte[] content = File.ReadAllBytes(path);
        Assert.Equal((path, item.GetProperty("size").GetInt64(), hash.GetString()), (path, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0').ToString(CultureInfo.InvariantCulture);
}
