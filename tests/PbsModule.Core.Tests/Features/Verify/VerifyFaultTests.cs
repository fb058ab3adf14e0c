using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>What happens to stores, and around them, while they are verified: each fault has one outcome, and none stops the others.</summary>
public sealed class VerifyFaultTests : IDisposable
{
    private const string Older = "vm/100/2024-05-01T10:00:00Z";
    private const string Newer = "vm/100/2024-05-02T10:00:00Z";
    private const string Other = "vm/101/2024-05-01T10:00:00Z";

    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();
    private readonly Digest _shared;
    private readonly Digest _own;
    private readonly Digest _foreign;
    private readonly SnapshotPath _older;
    private readonly SnapshotPath _newer;
    private readonly SnapshotPath _other;

    public VerifyFaultTests()
    {
        _shared = _store.Put(1);
        _own = _store.Put(2);
        _foreign = _store.Put(3);
        _older = _store.Add(Older, _shared);
        _newer = _store.Add(Newer, _shared, _own, _shared);
        _other = _store.Add(Other, _foreign);
        _server.Register(("main", _store.Path, ""));
    }

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    public static TheoryData<string, string, bool> ChunkFaults => new()
    {
        { "missing", "No such file or directory (os error 2)", false },
        { "truncated", "Data blob has wrong CRC checksum.", true },
        { "empty", "blob too small (0 bytes).", true },
        { "flipped", "Data blob has wrong CRC checksum.", true },
        { "other content", "detected chunk with wrong digest.", true },
        { "magic", "unable to parse raw blob - wrong magic", true },
        { "oversized", "the file of a chunk is larger than 16777260 bytes", true },
        { "folder", "(os error 21)", false },
        { "link", "(os error 40)", false },
    };

    [Theory]
    [MemberData(nameof(ChunkFaults))]
    public void A_bad_chunk_fails_the_snapshots_that_use_it_and_no_other(string fault, string reason, bool isSetAside)
    {
        if (fault == "link") AtomicFileTests.NeedsLinux();
        Damage(_shared, fault);
        Verification run = Run();
        Assert.Equal("verification failed - please check the log for details", run.State);
        Assert.Equal([_newer.ToString(), _older.ToString(), _other.ToString()], run.Results.Select(result => result.ToString()));
        Assert.Equal([VerifyResultState.Failed, VerifyResultState.Failed, VerifyResultState.Ok], run.Results.Select(result => result.State));
        Assert.Equal([VerifyOutcome.Failed, VerifyOutcome.Failed, VerifyOutcome.Ok], new[] { _newer, _older, _other }.Select(snapshot => _store.StateOf(snapshot)));

        // The newer one refers to it twice, and PBS counts both.
        Assert.Equal([2, 1], run.Results.Take(2).Select(result => result.Errors.Count));
        Assert.All(run.Results.Take(2).SelectMany(result => result.Errors), error =>
        {
            Assert.Equal(("root.pxar.didx", _shared.ToString()), (error.FileName, error.Digest));
            Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        });
        Assert.Equal(isSetAside ? [$"{_shared}.0.bad"] : [], _store.SetAside());
        Assert.Contains($"chunk {_shared} was marked as corrupt", run.Log);
        Assert.Contains(run.Log, line => line.EndsWith("(2 errors)", StringComparison.Ordinal));
        Assert.True(run.Results[0].BytesVerified is > 0 and < 9000);
    }

    [Fact]
    public void Bad_chunks_are_set_aside_under_ten_names()
    {
        for (int i = 0; i < 12; i++)
        {
            _store.Put(1);
            Damage(_shared, "flipped");
            File.AppendAllText(_store.PathOf(_shared), $"{i}");
            Run();
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{_shared}.{i}.bad"), _store.SetAside());
        Assert.EndsWith("11", File.ReadAllText($"{_store.PathOf(_shared)}.9.bad"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_lies_about_a_size_fails_and_its_chunk_with_it()
    {
        SnapshotPath liar = _store.Add("vm/99/2024-05-01T10:00:00Z", CryptMode.None, m => m, (_own, 2999L));
        Verification run = Run();
        Assert.Equal("detected chunk with wrong length (2999 != 3000)", Assert.Single(ResultOf(run, liar).Errors).Reason);

        // As PBS has it: whoever comes after finds the chunk marked.
        Assert.Equal(VerifyResultState.Failed, ResultOf(run, _newer).State);
        Assert.Equal([$"{_own}.0.bad"], _store.SetAside());
    }

    [Theory]
    [InlineData("index.json.blob", "manifest load error")]
    [InlineData("root.pxar.didx", "root.pxar.didx failed: Unable to open dynamic index")]
    public void A_file_that_is_missing_damaged_or_no_file_fails_its_snapshot(string file, string words)
    {
        string path = _store.PathOf($"{Newer}/{file}");
        byte[] content = File.ReadAllBytes(path);
        foreach (Action damage in (Action[])[() => File.Delete(path), () => File.WriteAllBytes(path, content[..10]), () => { File.Delete(path); Directory.CreateDirectory(path); }])
        {
            damage();
            Verification run = Run();
            Assert.Equal(VerifyResultState.Failed, ResultOf(run, _newer).State);
            Assert.Equal(VerifyResultState.Ok, ResultOf(run, _older).State);
            Assert.Equal(VerifyResultState.Ok, ResultOf(run, _other).State);
            Assert.Contains(run.Log, line => line.Contains(words, StringComparison.Ordinal));
            if (Directory.Exists(path)) Directory.Delete(path);
            File.WriteAllBytes(path, content);
        }

        Assert.Equal("OK", Run().State);
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("snapshot")]
    [InlineData("group")]
    public void What_vanishes_during_the_run_fails_or_is_passed_over(string what)
    {
        bool done = false;
        Verification run = Run(new VerifyQuery { Threads = 1 }, onOpen: () =>
        {
            if (done) return 0;
            done = true;
            string path = _store.PathOf(what switch { "manifest" => $"{Newer}/index.json.blob", "snapshot" => Newer, _ => "vm/100" });
            if (File.Exists(path)) File.Delete(path);
            else Directory.Delete(path, recursive: true);
            return 0;
        });
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, _other).State);
        Assert.NotEqual(VerifyResultState.Ok, ResultOf(run, _newer).State);
        Assert.False(ResultOf(run, _newer).Recorded);
        if (what != "group") Assert.Equal(VerifyResultState.Ok, ResultOf(run, _older).State);
    }

    [Fact]
    public void A_snapshot_in_use_is_skipped_and_a_running_backup_of_the_group_disturbs_no_other()
    {
        AtomicFileTests.NeedsLinux();
        var locks = new DatastoreLocks(_store.Path, "main", _server.RunRoot, FileMutations.Default, TimeProvider.System);
        using HeldLock group = locks.Group(BackupNamespace.Root, _newer.Group, _store.PathOf("vm/100"), LockMode.Exclusive, "backup");
        using HeldLock snapshot = locks.Snapshot(_newer, _store.PathOf(Newer), LockMode.Exclusive, "backup");
        Verification run = Run();
        VerifyResult skipped = ResultOf(run, _newer);
        Assert.Equal(VerifyResultState.Skipped, skipped.State);
        Assert.Contains(run.Log, line => line.StartsWith($"SKIPPED: verify main:{Newer} - could not acquire snapshot lock: ", StringComparison.Ordinal));
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, _older).State);
        Assert.Equal("OK", run.State);
        Assert.Null(_store.StateOf(_newer));
    }

    [Fact]
    public void A_read_only_file_system_is_read_and_told_once()
    {
        var mutations = new FailingMutations(OsError.EROFS, path => path.StartsWith(_store.Path, StringComparison.Ordinal));
        Damage(_foreign, "flipped");
        Verification run = Run(mutations: mutations);
        Assert.Contains("states are not recorded from here on: unable to update manifest blob - Read-only file system (os error 30)", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Equal([VerifyResultState.Ok, VerifyResultState.Ok, VerifyResultState.Failed], run.Results.Select(result => result.State));
        Assert.All(run.Results, result => Assert.False(result.Recorded));
        Assert.Contains(run.Log, line => line.StartsWith("could not rename corrupted chunk", StringComparison.Ordinal) && line.EndsWith("Read-only file system (os error 30)", StringComparison.Ordinal));
        Assert.True(File.Exists(_store.PathOf(_foreign)));
    }

    [Fact]
    public void A_full_disk_costs_the_states_and_not_the_results()
    {
        var mutations = new FailingMutations(OsError.ENOSPC, path => path.StartsWith(_store.Path, StringComparison.Ordinal));
        Verification run = Run(mutations: mutations);
        Assert.Equal(3, run.Warnings.Count);
        Assert.All(run.Warnings, warning => Assert.StartsWith("unable to update manifest blob - No space left on device", warning, StringComparison.Ordinal));
        Assert.Equal("WARNINGS: 3", run.State);
        Assert.All(run.Results, result => Assert.Equal((VerifyResultState.Ok, false), (result.State, result.Recorded)));
        Assert.All(new[] { _older, _newer, _other }, snapshot => Assert.Null(_store.StateOf(snapshot)));
        Assert.DoesNotContain(Directory.EnumerateFiles(_store.Path, "*.tmp_*", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task A_disk_that_is_full_of_logs_costs_the_log_and_nothing_else()
    {
        PbsEngine session = _server.Session();
        DatastoreContext store = session.Resolver.Resolve("main");
        var query = new VerifyQuery();
        VerifyGrant verify = new DatastoreGate(FolderAccess.Default).EnterToVerify(store, query, FileMutations.Default).Grant;
        var logs = new TaskFolder(Path.Combine(_server.Root, "log"), ProcessTable.Default, new FailingMutations(OsError.ENOSPC, _ => false, failsWrites: true), TimeProvider.System);
        using RunningTask task = new TaskRunner(logs).Start("verify", "main", Authid.Root, context =>
        {
            new VerifyRun(verify, query, new TaskVerifyReporter(context), new EngineOptions()).Run();
        }, TestContext.Current.CancellationToken);
        List<VerifyResult> results = [];
        await foreach (TaskEvent told in task.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (told is TaskItemEvent item) results.Add((VerifyResult)item.Item);
        }

        Assert.Null(task.Failure);
        Assert.Contains("No space left on device", task.LogInMemoryReason, StringComparison.Ordinal);
        Assert.Contains(task.LogInMemory, line => line.EndsWith($"verify main:{Newer}", StringComparison.Ordinal));
        Assert.Equal(3, results.Count(result => result is { State: VerifyResultState.Ok, Recorded: true }));
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void Whenever_it_ends_manifests_are_old_or_new_and_chunks_are_where_they_were_or_set_aside(Fault fault)
    {
        Damage(_own, "flipped");
        byte[] bad = File.ReadAllBytes(_store.PathOf(_own));
        Dictionary<SnapshotPath, byte[]> manifests = new[] { _older, _newer, _other }.ToDictionary(snapshot => snapshot, snapshot => File.ReadAllBytes(_store.PathOf($"{snapshot}/index.json.blob")));
        int changes = RecordedMutations.AtEachChange(
            fault,
            _ =>
            {
                foreach ((SnapshotPath snapshot, byte[] manifest) in manifests) File.WriteAllBytes(_store.PathOf($"{snapshot}/index.json.blob"), manifest);
                foreach (string aside in _store.SetAside()) File.Delete(_store.PathOf($".chunks/{aside[..4]}/{aside}"));
                File.WriteAllBytes(_store.PathOf(_own), bad);
            },
            (_, mutations) =>
            {
                Verification run = Run(mutations: mutations);
                if (run.State.Contains("KilledException", StringComparison.Ordinal) || run.Warnings.Count > 0) throw new KilledException();
            },
            (_, _) =>
            {
                foreach ((SnapshotPath snapshot, byte[] manifest) in manifests)
                {
                    Manifest now = _store.ManifestOf(snapshot);
                    if (now.VerifyState is null) Assert.Equal(manifest, File.ReadAllBytes(_store.PathOf($"{snapshot}/index.json.blob")));
                    else Assert.Equal(snapshot == _newer ? VerifyOutcome.Failed : VerifyOutcome.Ok, now.VerifyState.Outcome);
                }

                string at = File.Exists(_store.PathOf(_own)) ? _store.PathOf(_own) : $"{_store.PathOf(_own)}.0.bad";
                Assert.Equal(bad, File.ReadAllBytes(at));
            });
        Assert.True(changes >= 8, $"{changes}");
    }

    [Fact]
    public void Indexes_that_claim_more_than_there_are_numbers_fail_and_stop_no_other()
    {
        SnapshotPath liar = _store.Add("vm/99/2024-05-01T10:00:00Z", CryptMode.None, m => Manifest.Create(BackupType.Vm, "99", 1714557600, m.Files[0], m.Files[0]), (_own, long.MaxValue - 1));
        Verification run = Run();
        Assert.Equal("verification failed - please check the log for details", run.State);
        Assert.Equal(VerifyResultState.Failed, ResultOf(run, liar).State);
        Assert.Equal(VerifyResultState.Ok, ResultOf(run, _other).State);
    }

    [Fact]
    public async Task Who_stops_a_run_while_a_snapshot_is_opened_leaves_no_lock_on_it()
    {
        AtomicFileTests.NeedsLinux();
        RunningTask? task = null;
        using var known = new ManualResetEventSlim();
        bool isStopped = false;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call != FolderCall.Open || path != _store.PathOf(Newer) || isStopped) return 0;
            isStopped = true;
            known.Wait(TestContext.Current.CancellationToken);

            // Somebody waits for the snapshot by now, and has gone when it is locked.
            Thread.Sleep(300);
            task!.Stop();
            Thread.Sleep(500);
            return 0;
        });
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), new EngineOptions { Folders = folders });
        task = session.Verify.Start(session.Resolver.Resolve("main"), new VerifyQuery(), TestContext.Current.CancellationToken);
        known.Set();
        task.StopListening();
        Assert.Contains("abort", (await task.Completion).Text, StringComparison.Ordinal);
        Assert.True(isStopped);
        new DatastoreLocks(_store.Path, "main", _server.RunRoot, FileMutations.Default, TimeProvider.System).Snapshot(_newer, _store.PathOf(Newer), LockMode.Exclusive, "busy").Dispose();
    }

    [Fact]
    public void A_group_that_cannot_be_listed_fails_the_run_and_stops_no_other()
    {
        Verification run = Run(folders: new FaultyFolders((call, path) => call == FolderCall.List && path == _store.PathOf("vm/100") ? OsError.EIO : 0));
        Assert.Equal($"verify main, group vm/100 - unable to list backups: unable to read folder \"{_store.PathOf("vm/100")}\" - Input/output error (os error 5)", Assert.Single(run.Warnings));
        Assert.Equal(_other.ToString(), Assert.Single(run.Results).ToString());
        Assert.Equal("verification failed - please check the log for details", run.State);
        Assert.Contains("\tvm/100", run.Log);
    }

    [Fact]
    public void Whatever_ends_the_walk_ends_the_run()
    {
        _store.WriteManifest(_newer, Manifest.Create(_newer.Group.Type, _newer.Group.Id, _newer.Time, new ManifestFile("a.blob", CryptMode.None, 1, default), new ManifestFile("b.blob", CryptMode.None, 1, default)));
        Verification run = Run(folders: new FaultyFolders((call, path) => call == FolderCall.ReadFile && path.EndsWith("a.blob", StringComparison.Ordinal) ? throw new InvalidOperationException("a bug") : 0));
        Assert.Equal("a bug", run.State);
    }

    [Fact]
    public void A_chunk_folder_that_cannot_be_opened_is_named()
    {
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), new EngineOptions { ChunkFiles = folder => throw new OsErrorException(OsError.EACCES, folder) });
        Assert.Equal($"unable to open chunk store at '{_store.PathOf(".chunks")}' - Permission denied (os error 13)", Verification.Run(session, session.Resolver.Resolve("main")).State);
    }

    private static VerifyResult ResultOf(Verification run, SnapshotPath snapshot) => Assert.Single(run.Results, result => result.ToString() == snapshot.ToString());

    private Verification Run(VerifyQuery? query = null, IFileMutations? mutations = null, Func<int>? onOpen = null, FolderAccess? folders = null)
    {
        var engine = new EngineOptions
        {
            Folders = folders ?? FolderAccess.Default,
            Mutations = mutations ?? FileMutations.Default,
            ChunkFiles = folder => onOpen is null ? SequentialFile.In(folder) : new FaultyFile(SequentialFile.In(folder)) { OnOpen = onOpen },
        };
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), query);
    }

    private void Damage(in Digest digest, string fault)
    {
        string path = _store.PathOf(digest);
        byte[] content = File.ReadAllBytes(path);
        switch (fault)
        {
            case "missing":
                File.Delete(path);
                break;
            case "truncated":
                File.WriteAllBytes(path, content[..^7]);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "flipped":
                content[^3] ^= 0x10;
                File.WriteAllBytes(path, content);
                break;
            case "other content":
                File.WriteAllBytes(path, DataBlob.Encode(new byte[3000]));
                break;
            case "magic":
                content[0] ^= 1;
                File.WriteAllBytes(path, content);
                break;
            case "oversized":
                File.WriteAllBytes(path, DataBlob.Encode(new byte[DataBlob.MaxChunkSize + 100]));
                break;
            case "folder":
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
            default:
                File.Move(path, path + ".elsewhere");
                File.CreateSymbolicLink(path, path + ".elsewhere");
                break;
        }
    }
}
