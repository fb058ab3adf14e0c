using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>An index that is well-formed and not what was written: whether its chunks may be believed to be all.</summary>
public sealed class GarbageIndexTests : IDisposable
{
    private const string Snapshot = "vm/100/2024-05-01T10:00:00Z";
    private const string Name = "disk.img.didx";

    private readonly GarbageStore _store = new();
    private readonly Digest _kept, _behind;
    private readonly string _path;

    public GarbageIndexTests()
    {
        AtomicFileTests.NeedsLinux();
        _kept = _store.Put("kept", 40);
        _behind = _store.Put("behind the cut", 40);
        _store.Put("orphan", 40);
        _path = _store.AddIndex($"{Snapshot}/{Name}", _kept, _behind);
        _store.AddIndex("vm/200/2024-05-01T10:00:00Z/other.didx", _kept);
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(true, "the manifest beside it says: wrong size for file 'disk.img.didx' (10 != 5)")]
    [InlineData(false, "there is no manifest beside it")]
    public void An_index_cut_off_between_two_entries_is_refused(bool isFinished, string reason)
    {
        if (isFinished) AddManifest(_path);
        Cut(_path);
        var log = new GarbageLog();
        var refusal = Assert.Throws<PbsIntegrityException>(() => _store.Collect(log));
        Assert.Equal((PbsErrorId.IndexChecksumMismatch, _path), (refusal.ErrorId, refusal.Target));
        Assert.StartsWith($"can't trust index '{_path}' of snapshot '{Snapshot}': its entries have another checksum than its header, and {reason}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Do not let a server collect", refusal.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(log.Lines, "WARN: " + refusal.Message);
        Assert.True(_store.Has(_kept) && _store.Has(_behind) && _store.Has(Digest.Of("orphan"u8)));
        Assert.False(File.Exists(_store.Disk.PathOf(".gc-status")));

        var measured = new GarbageLog();
        Assert.Equal(2, _store.Measure(log: measured).ReclaimableChunks);
        Assert.Equal(refusal.Message, Assert.Single(measured.Refusals).Message);
        Assert.Equal(2, _store.Measure(new GarbageCollectionSettings { Memory = 0 }, measured = new GarbageLog()).ReclaimableChunks);
        Assert.Single(measured.Refusals);

        // The remedy.
        File.Delete(_path);
        Assert.Equal(2, _store.Collect().RemovedChunks);
    }

    [Fact]
    public void A_damaged_manifest_proves_nothing()
    {
        AddManifest(_path);
        Cut(_path);
        string manifest = Path.Combine(Path.GetDirectoryName(_path)!, Manifest.FileName);
        byte[] content = File.ReadAllBytes(manifest);
        content[^1] ^= 1;
        File.WriteAllBytes(manifest, content);
        var refusal = Assert.Throws<PbsIntegrityException>(() => _store.Collect());
        Assert.Contains("the manifest beside it is damaged: ", refusal.Message, StringComparison.Ordinal);
        Assert.True(_store.Has(_behind));
    }

    [Fact]
    public void An_index_outside_of_snapshots_is_refused_too_and_all_of_them_are_named()
    {
        string stray = _store.AddIndex("old/stray.didx", _kept, _behind);
        Cut(stray);
        Cut(_path);
        var log = new GarbageLog();
        var refusal = Assert.Throws<PbsIntegrityException>(() => _store.Collect(log));
        Assert.StartsWith($"can't trust index '{stray}': ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, log.Lines.Count(line => line.StartsWith("WARN: can't trust index '", StringComparison.Ordinal)));
        Assert.True(_store.Has(_behind));
    }

    [Fact]
    public void A_header_that_is_wrong_by_itself_is_a_warning()
    {
        AddManifest(_path);
        byte[] content = File.ReadAllBytes(_path);
        content.AsSpan(IndexHeader.ChecksumAt, Digest.Size).Clear();
        File.WriteAllBytes(_path, content);
        var log = new GarbageLog();
        GarbageCollectionFile status = _store.Collect(log);
        Assert.Equal((2, 1, 2), (status.IndexFileCount, status.RemovedChunks, status.DiskChunks));
        Assert.Single(log.Lines, line => line.StartsWith($"WARN: warning: the header of index \"{_path}\"", StringComparison.Ordinal));
        Assert.True(_store.Has(_kept) && _store.Has(_behind));
    }

    [Fact]
    public void An_index_that_moves_while_it_is_compared_is_compared_where_it_went()
    {
        AddManifest(_path);
        byte[] content = File.ReadAllBytes(_path);
        content.AsSpan(IndexHeader.ChecksumAt, Digest.Size).Clear();
        File.WriteAllBytes(_path, content);
        string folder = Path.GetDirectoryName(_path)!, moved = _store.Disk.PathOf("vm/100/2024-06-01T10:00:00Z");
        bool hasMoved = false;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call == FolderCall.Open && path == folder && File.Exists(_store.PathOf(_kept)) && IsMarked() && !hasMoved)
            {
                Directory.Move(folder, moved);
                hasMoved = true;
            }

            return 0;
        });
        Assert.Equal((2, 1), (_store.Collect(folders: folders).IndexFileCount, _store.Has(_behind) ? 1 : 0));
        Assert.True(hasMoved);
    }

    private bool IsMarked() => File.GetLastAccessTimeUtc(_store.PathOf(_kept)) > DateTime.UtcNow.AddDays(-1);

    private static void Cut(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length - 40);
    }

    /// <summary>The manifest that its writer left beside an index.</summary>
    private static void AddManifest(string path)
    {
        using IndexPass pass = IndexFile.Pass(path, checksum: true);
        while (pass.Read(out _))
        {
            // To its end.
        }

        var file = new ManifestFile(Path.GetFileName(path), CryptMode.None, (ulong)pass.LogicalSize, pass.Checksum!.Value);
        Manifest manifest = Manifest.Create(BackupType.Vm, "100", 1_714_557_600, file);
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, Manifest.FileName), DataBlob.Encode(manifest.ToText()));
    }
}
