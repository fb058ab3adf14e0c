using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Logs of backup clients added to snapshots: the bytes PBS would write, one log only, whole or not at all.</summary>
public sealed class BackupLogTests : IDisposable
{
    private static readonly SnapshotPath Alpha = SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z");

    private readonly GoldenStore _golden = GoldenStore.Copy();
    private readonly ServerFolder _server = new();

    public BackupLogTests() => _server.Register(("main", _golden.Path, ""));

    public void Dispose()
    {
        _golden.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void A_text_becomes_the_bytes_that_PBS_writes()
    {
        using var zstd = new ZstdDecoder();
        int compared = 0;
        foreach (string path in Directory.EnumerateFiles(_golden.Path, BackupLog.FileName, SearchOption.AllDirectories))
        {
            byte[] theirs = File.ReadAllBytes(path);
            if (BlobHeader.Parse(theirs).IsEncrypted) continue;
            BackupLog ours = BackupLog.From(DataBlob.Decode(theirs, zstd));
            Assert.Equal(theirs, ours.Blob.ToArray());
            compared++;
        }

        Assert.True(compared >= 2);
    }

    [Fact]
    public void What_is_a_blob_is_stored_as_it_is_and_encrypted_ones_open_with_their_key()
    {
        using CryptKey key = new(CryptKeyTests.Bare);
        using var zstd = new ZstdDecoder();
        byte[] text = new byte[5000];
        BackupLog encrypted = BackupLog.From(text, key);
        Assert.Equal(CryptMode.Encrypt, encrypted.CryptMode);
        Assert.Equal(text, EncryptedBlob.Decode(encrypted.Blob.Span, key, zstd));
        BackupLog again = BackupLog.From(encrypted.Blob.Span);
        Assert.Equal(encrypted.Blob.ToArray(), again.Blob.ToArray());
        PbsEngine engine = _server.Session("backup@pbs");
        _server.Write("user.cfg", "user: backup@pbs\n");
        _server.Write("acl.cfg", "acl:1:/:backup@pbs:DatastoreBackup\n");
        DatastoreContext store = engine.Resolver.Resolve("main");
        SnapshotFileInfo file = engine.BackupLogs.Add(store, Alpha, again, false, CancellationToken.None);
        Assert.Equal($"{Alpha}/client.log.blob", file.ToString());
        Assert.Equal(again.Blob.ToArray(), _golden.Bytes($"{Alpha}/client.log.blob"));
        Assert.Contains(engine.Files.List(store, Alpha, CancellationToken.None), each => each.FileName == BackupLog.FileName);
    }

    [Fact]
    public void A_damaged_blob_is_refused_and_so_is_a_key_for_one()
    {
        byte[] blob = BackupLog.From("the log"u8).Blob.ToArray();
        using CryptKey key = new(CryptKeyTests.Bare);
        Assert.Equal(PbsErrorId.KeyMismatch, Assert.Throws<PbsArgumentException>(() => BackupLog.From(blob, key)).ErrorId);
        Assert.Equal("blob too small (8 bytes).", Assert.Throws<PbsFormatException>(() => BackupLog.From(blob.AsSpan(0, 8))).Message);
        blob[^1] ^= 1;
        Assert.Equal(PbsErrorId.BlobChecksumMismatch, Assert.Throws<PbsFormatException>(() => BackupLog.From(blob)).ErrorId);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["log"], blob);
        Assert.Equal(folder["log"], Assert.Throws<PbsFormatException>(() => BackupLog.Load(folder["log"])).File);
        Assert.Equal(PbsErrorId.LogFileNotFound, Assert.Throws<PbsNotFoundException>(() => BackupLog.Load(folder["none"])).ErrorId);
        Assert.Equal(PbsErrorId.FileUnreadable, Assert.ThrowsAny<PbsException>(() => BackupLog.Load(folder.Root)).ErrorId);
    }

    [Fact]
    public void A_second_log_is_refused_and_the_first_stays()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext store = engine.Resolver.ResolvePath(_golden.Path);
        SnapshotPath vm = SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z");
        byte[] before = _golden.Bytes($"{vm}/client.log.blob");
        BackupLog log = BackupLog.From("another"u8);
        foreach (Action act in (Action[])[() => engine.BackupLogs.Check(store, vm), () => engine.BackupLogs.Add(store, vm, log, true, CancellationToken.None)])
        {
            var refused = Assert.Throws<PbsConflictException>(act);
            Assert.Equal((PbsErrorId.BackupLogExists, "backup already contains a log."), (refused.ErrorId, refused.Message));
        }

        Assert.Equal(before, _golden.Bytes($"{vm}/client.log.blob"));
        Assert.Throws<PbsNotFoundException>(() => engine.BackupLogs.Check(store, SnapshotPath.Parse("vm/100/2000-01-01T00:00:00Z")));
    }

    [Fact]
    public void An_unfinished_snapshot_takes_one_and_nothing_else_changes()
    {
        string folder = Directory.EnumerateDirectories(_golden.PathOf("host/partial")).First(each => !File.Exists(Path.Combine(each, "index.json.blob")));
        string[] before = [.. Directory.EnumerateFileSystemEntries(_golden.Path, "*", SearchOption.AllDirectories)];
        PbsEngine engine = new PbsEngine(Connection.None);
        SnapshotPath path = SnapshotPath.Parse($"host/partial/{Path.GetFileName(folder)}");
        engine.BackupLogs.Add(engine.Resolver.ResolvePath(_golden.Path), path, BackupLog.From("log"u8), true, CancellationToken.None);
        Assert.Equal([Path.Combine(folder, BackupLog.FileName)], Directory.EnumerateFileSystemEntries(_golden.Path, "*", SearchOption.AllDirectories).Except(before));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_log_is_whole_or_missing(Fault fault)
    {
        BackupLog log = BackupLog.From("the log of this backup"u8);
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["store/.chunks"]);
                Directory.CreateDirectory(folder[$"store/{Alpha}"]);
                File.WriteAllText(folder["store/host/alpha/owner"], "root@pam\n");
            },
            (folder, mutations) =>
            {
                PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
                engine.BackupLogs.Add(engine.Resolver.ResolvePath(folder["store"]), Alpha, log, true, CancellationToken.None);
            },
            (folder, done) =>
            {
                string path = folder[$"store/{Alpha}/client.log.blob"];
                if (!done && !File.Exists(path)) return;
                Assert.Equal(log.Blob.ToArray(), File.ReadAllBytes(path));
                if (!OperatingSystem.IsWindows()) Assert.Equal(0x1A4, (int)File.GetUnixFileMode(path));
            });
        Assert.True(changes >= 3);
    }
}
