using System.Diagnostics;
using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>Index files as they lie in a store: loaded, passed over, missing, damaged, and what is no file at all.</summary>
public sealed class IndexFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbs-index-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Both_ways_to_read_agree_on_the_golden_store()
    {
        GoldenStore store = GoldenStore.Ds1;
        using JsonDocument expected = Corpus.Json("ds1.expected/indexes.json");
        foreach (JsonProperty item in expected.RootElement.EnumerateObject())
        {
            string path = store.PathOf(ChunkIndexTests.StorePath(item.Name));
            ChunkIndex index = IndexFile.Open(path);
            Assert.Equal(item.Value.GetProperty("computed-csum").GetString(), index.ComputeChecksum().ToString());
            using IndexPass pass = IndexFile.Pass(path, checksum: true);
            int count = 0;
            while (pass.Read(out ChunkEntries entries))
            {
                foreach (ChunkEntry entry in entries) Assert.Equal(index.GetDigest(count++), entry.Digest);
            }

            Assert.Equal((index.Count, index.LogicalSize, index.ComputeChecksum()), (count, pass.LogicalSize, pass.Checksum));
        }
    }

    [Theory]
    [InlineData("vm/100/2024-05-12T00:00:02Z/drive-efidisk0.img.fidx", "got unexpected file size (32 != 0)")]
    [InlineData("ns/a/ns/b/ct/101/2024-07-04T00:00:00Z/root.pxar.didx", "got unknown magic number")]
    public void A_damaged_index_names_its_file(string name, string reason)
    {
        string path = GoldenStore.Corrupt.PathOf(name);
        foreach (Action open in new Action[] { () => IndexFile.Open(path), () => IndexFile.Pass(path, checksum: true).Dispose() })
        {
            PbsFormatException error = Assert.Throws<PbsFormatException>(open);
            Assert.Equal((PbsErrorId.IndexInvalid, reason, path), (error.ErrorId, error.Reason, error.File));
        }

        string logged = File.ReadAllText(Corpus.PathOf("ds1-corrupt.expected/verify.json"));
        IndexFile.TryKindOf(name, out IndexKind kind);
        Assert.Contains(JsonEncodedText.Encode(IndexFile.OpenFailure(kind, $"{{STORE}}/ds1/{name}", reason), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), logged, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_index_is_told_as_PBS_tells_it()
    {
        string path = Path.Combine(_folder, "home.pxar.didx");
        PbsNotFoundException error = Assert.Throws<PbsNotFoundException>(() => IndexFile.Open(path));
        Assert.Equal($"Unable to open dynamic index \"{path}\" - No such file or directory (os error 2)", error.Message);
        Assert.Equal((PbsErrorId.SnapshotFileNotFound, path), (error.ErrorId, error.Target));
        Assert.Equal(error.Message, Assert.Throws<PbsNotFoundException>(() => IndexFile.Pass(path, checksum: false)).Message);
        Assert.Equal(PbsErrorId.IndexInvalid, Assert.Throws<PbsArgumentException>(() => IndexFile.Open(Path.Combine(_folder, "index.json.blob"))).ErrorId);
    }

    [Fact]
    public void A_pass_goes_over_many_pieces()
    {
        string path = Path.Combine(_folder, "large.didx");
        const int Count = 30_000;
        File.WriteAllBytes(path, ChunkIndexTests.Dynamic([.. Enumerable.Range(1, Count).Select(i => ((long)i, ChunkIndexTests.DigestOf(i)))]));
        ChunkIndex index = IndexFile.Open(path);
        using IndexPass pass = IndexFile.Pass(path, checksum: true);
        int at = 0, pieces = 0;
        while (pass.Read(out ChunkEntries entries))
        {
            pieces++;
            foreach (ChunkEntry entry in entries)
            {
                Assert.Equal(index.GetRange(at), new ChunkRange(entry.Offset, entry.Size));
                Assert.True(entry.Digest == index.GetDigest(at++));
            }
        }

        Assert.Equal((Count, 8), (at, pieces));
        Assert.Equal(index.Header.Checksum, pass.Checksum);
    }

    [Fact]
    public void A_fault_in_a_later_piece_names_its_place()
    {
        string path = Path.Combine(_folder, "large.didx");
        byte[] file = ChunkIndexTests.Dynamic([.. Enumerable.Range(1, 10_000).Select(i => (1000L, ChunkIndexTests.DigestOf(i)))]);
        const int Damaged = IndexHeader.Size + (9_000 * 40);
        file.AsSpan(Damaged, 8).Clear();
        File.WriteAllBytes(path, file);
        Assert.Equal(Damaged, Assert.Throws<PbsFormatException>(() => IndexFile.Open(path)).Offset);
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => ReadAll(path));
        Assert.Equal((Damaged, path), (error.Offset, error.File));
    }

    [Fact]
    public void An_index_that_shrinks_while_it_is_read_is_a_format_error()
    {
        string path = Path.Combine(_folder, "large.didx");
        File.WriteAllBytes(path, ChunkIndexTests.Dynamic([.. Enumerable.Range(1, 10_000).Select(i => (1000L, ChunkIndexTests.DigestOf(i)))]));
        using IndexPass pass = IndexFile.Pass(path, checksum: true);
        Assert.True(pass.Read(out _));
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(200_000);
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => ReadRest(pass));
        Assert.Equal(("the index became shorter while it was read", path), (error.Reason, error.File));
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_at_once()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("fifos and links are made with Linux tools here");
        string real = Path.Combine(_folder, "real.didx"), link = Path.Combine(_folder, "link.didx"), fifo = Path.Combine(_folder, "fifo.didx"), folder = Path.Combine(_folder, "folder.fidx");
        File.WriteAllBytes(real, ChunkIndexTests.Dynamic([(1, default)]));
        File.CreateSymbolicLink(link, real);
        Directory.CreateDirectory(folder);
        using (Process mkfifo = Process.Start("mkfifo", [fifo])) mkfifo.WaitForExit();
        Assert.Equal(1, IndexFile.Open(real).Count);
        Assert.ThrowsAny<PbsException>(() => IndexFile.Open(fifo));
        foreach (string path in PbsModule.Core.Interop.NativeCode.HasLinux ? new[] { link, fifo, folder } : [link, folder])
        {
            Assert.Equal(PbsErrorId.FileUnreadable, Assert.Throws<PbsStorageException>(() => IndexFile.Open(path)).ErrorId);
            Assert.Equal(PbsErrorId.FileUnreadable, Assert.Throws<PbsStorageException>(() => IndexFile.Pass(path, checksum: false)).ErrorId);
        }
    }

    [Fact]
    public void Reading_leaves_the_access_time_alone()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("only Linux lets a reader choose");
        NativeCodeTests.SkipWithoutCalls("only the system's own calls let a reader choose");
        string path = Path.Combine(_folder, "a.didx");
        File.WriteAllBytes(path, ChunkIndexTests.Dynamic([(1, default)]));
        DateTime old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastAccessTimeUtc(path, old);
        IndexFile.Open(path);
        ReadAll(path);
        Assert.Equal(old, File.GetLastAccessTimeUtc(path));
    }

    private static void ReadAll(string path)
    {
        using IndexPass pass = IndexFile.Pass(path, checksum: true);
        ReadRest(pass);
    }

    private static void ReadRest(IndexPass pass)
    {
        while (pass.Read(out ChunkEntries entries)) Assert.NotEqual(0, entries.Count);
    }
}
