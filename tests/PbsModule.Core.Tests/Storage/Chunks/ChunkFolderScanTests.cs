using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

public sealed class ChunkFolderScanTests : IDisposable
{
    private readonly ChunkFolder _chunks = new();

    public static TheoryData<bool, int> Ways => new() { { true, 1 }, { true, 3 }, { false, 1 }, { false, 2 } };

    public void Dispose() => _chunks.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_chunk_is_seen_once_with_its_size_and_times(bool native, int threads)
    {
        var expected = new Dictionary<string, string>();
        for (int i = 0; i < 300; i++)
        {
            byte[] data = BitConverter.GetBytes(i);
            Digest digest = _chunks.Put(data);
            File.SetLastAccessTimeUtc(_chunks.PathOf(digest), DateTime.UnixEpoch.AddSeconds(1_700_000_000 + i));
            File.SetLastWriteTimeUtc(_chunks.PathOf(digest), DateTime.UnixEpoch.AddSeconds(1_600_000_000 + i));
            expected.Add($"{digest.ToString()[..4]}/{digest}", $"{digest} 16 {1_700_000_000 + i} {1_600_000_000 + i} False True");
        }

        Digest bad = Digest.Of("bad"u8);
        _chunks.Put(bad, "12345"u8);
        foreach (string suffix in (string[])[".0.bad", ".9.bad", ".other", ".using", ".x.bad", "00.bad"]) File.Copy(_chunks.PathOf(bad), _chunks.PathOf(bad) + suffix);
        foreach (string name in (string[])["short", bad.ToString() + ".tmp_XXXXXX", bad.ToString() + ".bad", "z" + bad.ToString()[1..]])
        {
            File.WriteAllText(Path.Combine(_chunks.Root, bad.ToString()[..4], name), "");
        }

        File.Move(_chunks.PathOf(bad), Path.Combine(_chunks.Root, bad.ToString()[..4], bad.ToString().ToUpperInvariant()));
        Digest elsewhere = Digest.Of("elsewhere"u8);
        Directory.CreateDirectory(Path.Combine(_chunks.Root, "0000"));
        File.WriteAllText(Path.Combine(_chunks.Root, "0000", elsewhere.ToString()), "1");
        Directory.CreateDirectory(Path.Combine(_chunks.Root, "0000", Digest.Of("folder"u8).ToString()));
        Directory.CreateDirectory(Path.Combine(_chunks.Root, "foreign"));

        Collector[] visitors = [.. Enumerable.Range(0, threads).Select(_ => new Collector())];
        Scan(native).Run(visitors, CancellationToken.None);
        var seen = visitors.SelectMany(visitor => visitor.Seen).ToDictionary();
        Assert.Equal(ChunkFolderScan.FolderCount, visitors.Sum(visitor => visitor.Left));
        foreach ((string path, string what) in expected)
        {
            Assert.Equal(what, seen[path]);
            seen.Remove(path);
        }

        string folder = bad.ToString()[..4];
        Assert.Equal(
            [.. new[] { $"{folder}/{bad}.0.bad True False", $"{folder}/{bad}.9.bad True False", $"{folder}/{bad.ToString().ToUpperInvariant()} False False", $"0000/{elsewhere} False False" }.Order(StringComparer.Ordinal)],
            seen.Select(pair => $"{pair.Key} {string.Join(' ', pair.Value.Split(' ')[^2..])}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_folder_that_cannot_be_read_is_told_and_what_a_visitor_throws_ends_the_scan(int threads)
    {
        Digest digest = _chunks.Put("x"u8.ToArray());
        string folder = Path.GetDirectoryName(_chunks.PathOf(digest))!;
        var faulty = new FaultyFolders((call, path) => call == FolderCall.List && path == folder ? OsError.EIO : 0);
        Collector[] visitors = [.. Enumerable.Range(0, threads).Select(_ => new Collector())];
        new ChunkFolderScan(faulty, _chunks.Root).Run(visitors, CancellationToken.None);
        Assert.Equal($"{folder} {OsError.EIO}", visitors.Select(visitor => visitor.Trouble).Single(trouble => trouble is not null));
        Assert.Equal(ChunkFolderScan.FolderCount, visitors.Sum(visitor => visitor.Left));

        Collector[] throwing = [.. Enumerable.Range(0, threads).Select(_ => new Collector { Throws = true })];
        Assert.Equal("enough", Assert.Throws<InvalidDataException>(() => Scan(true).Run(throwing, CancellationToken.None)).Message);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(15)]
    public void Folders_may_be_missing_whether_the_first_that_are_looked_at_are_there_or_not(int count)
    {
        for (int i = 0; i < count; i++) Directory.CreateDirectory(Path.Combine(_chunks.Root, ChunkFolderScan.NameOf(i * 4096)));
        Digest[] digests = [.. Enumerable.Range(0, 50).Select(i => _chunks.Put(BitConverter.GetBytes(i)))];
        Collector[] visitors = [new(), new()];
        Scan(true).Run(visitors, CancellationToken.None);
        Assert.Equal(digests.Select(digest => digest.ToString()).Order(), visitors.SelectMany(visitor => visitor.Seen.Keys).Select(path => path[5..]).Order());
        Assert.Equal(ChunkFolderScan.FolderCount, visitors.Sum(visitor => visitor.Left));
        Assert.All(visitors, visitor => Assert.Null(visitor.Trouble));
    }

    [Fact]
    public void Some_threads_are_chosen()
    {
        _chunks.Put("x"u8.ToArray());
        Assert.InRange(Scan(true).ChooseThreads(), 1, 8);
        var slow = new FaultyFolders((call, _) =>
        {
            if (call == FolderCall.Open) Thread.Sleep(1);
            return 0;
        });
        Assert.Equal(8, new ChunkFolderScan(slow, _chunks.Root).ChooseThreads());
    }

    [Fact]
    public void A_file_that_vanishes_is_passed_over_and_a_scan_can_be_ended()
    {
        Digest digest = _chunks.Put("x"u8.ToArray());
        var faulty = new FaultyFolders((call, path) => call == FolderCall.Status ? OsError.ENOENT : 0);
        Collector[] visitors = [new()];
        new ChunkFolderScan(faulty, _chunks.Root).Run(visitors, CancellationToken.None);
        Assert.Empty(visitors[0].Seen);
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        Assert.Throws<OperationCanceledException>(() => Scan(true).Run(visitors, ended.Token));
        var missing = new ChunkFolderScan(FolderAccess.Default, _chunks.Root + "/none");
        Assert.StartsWith("unable to open chunk store", Assert.Throws<PbsStorageException>(() => missing.Run(visitors, CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_chunks.PathOf(digest)));
    }

    private ChunkFolderScan Scan(bool native) => new(native ? FolderAccess.Default : FolderAccess.Portable, _chunks.Root);

    private struct Collector : IChunkVisitor
    {
        private Dictionary<string, string>? _seen;

        public readonly Dictionary<string, string> Seen => _seen ?? [];

        public int Left { get; private set; }

        public string? Trouble { get; private set; }

        public bool Throws { get; init; }

        public void Visit(in ChunkFile file)
        {
            if (Throws) throw new InvalidDataException("enough");
            (_seen ??= []).Add(file.RelativePath, string.Create(CultureInfo.InvariantCulture, $"{file.Digest} {file.Status.Size} {file.Status.AccessTime} {file.Status.ModificationTime} {file.IsBad} {file.IsInPlace}"));
        }

        public void Leave(int prefix) => Left++;

        public void Unreadable(string path, int error) => Trouble = $"{path} {error}";
    }
}
