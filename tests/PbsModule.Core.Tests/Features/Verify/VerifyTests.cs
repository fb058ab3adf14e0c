using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>What is verified, in which order, by whom, and how a run is cut short.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();

    public VerifyTests() => _server.Register(("main", _store.Path, ""));

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Groups_of_all_namespaces_come_together_and_the_newest_snapshots_first()
    {
        string[] snapshots =
        [
            "ct/9/2024-05-02T00:00:00Z", "ct/9/2024-05-01T00:00:00Z", "ns/a/ct/9/2024-05-01T00:00:00Z", "ct/10/2024-05-01T00:00:00Z", "ct/x/2024-05-01T00:00:00Z",
            "ns/b/host/a/2024-05-01T00:00:00Z", "vm/100/2024-05-01T00:00:00Z", "ns/a/ns/c/vm/200/2024-05-01T00:00:00Z",
        ];
        Digest chunk = _store.Put(1);
        foreach (string snapshot in snapshots.Reverse()) _store.Add(snapshot, chunk);
        _store.Add("host/benchmark/2024-05-01T00:00:00Z", chunk);
        Assert.Equal(snapshots, Names(Run()));
        Assert.Equal(["ns/a/ct/9/2024-05-01T00:00:00Z", "ns/a/ns/c/vm/200/2024-05-01T00:00:00Z"], Names(Run(Scope("a"))));
        Assert.Equal(["ns/a/ct/9/2024-05-01T00:00:00Z"], Names(Run(new VerifyQuery { Scopes = [new VerifyScope(BackupNamespace.Parse("a"), Depth: 0)] })));
        Assert.Equal(["ct/9/2024-05-02T00:00:00Z", "ct/9/2024-05-01T00:00:00Z"], Names(Run(new VerifyQuery { Scopes = [new VerifyScope(BackupNamespace.Root, GroupPath.Parse("ct/9"))] })));

        // Whatever is named twice is verified once, in the same order.
        string[] some = [snapshots[7], snapshots[1], snapshots[0], snapshots[1]];
        Assert.Equal([snapshots[0], snapshots[1], snapshots[7]], Names(Run(new VerifyQuery { Scopes = [.. some.Select(text => VerifyScope.Of(SnapshotPath.Parse(text)))] })));
        Assert.Equal(["host/benchmark/2024-05-01T00:00:00Z"], Names(Run(new VerifyQuery { Scopes = [new VerifyScope(BackupNamespace.Root, GroupPath.Parse("host/benchmark"))] })));
    }

    [Fact]
    public void Tasks_are_named_as_PBS_names_them()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath root = _store.Add("vm/100/2024-05-01T10:00:00Z", chunk), below = _store.Add("ns/a/vm/100/2024-05-01T10:00:00Z", chunk);
        BackupNamespace a = BackupNamespace.Parse("a");
        (VerifyScope[] Scopes, string Type, string Id)[] cases =
        [
            ([VerifyScope.Of(root)], "verify_snapshot", "main:/vm/100/663212A0"),
            ([VerifyScope.Of(below)], "verify_snapshot", "main:ns/a/vm/100/663212A0"),
            ([new VerifyScope(BackupNamespace.Root, root.Group)], "verify_group", "main:/vm/100"),
            ([new VerifyScope(a, root.Group)], "verify_group", "main:ns/a/vm/100"),
            ([new VerifyScope(BackupNamespace.Root)], "verify", "main"),
            ([new VerifyScope(a)], "verify", "main:ns/a"),
            ([VerifyScope.Of(root), VerifyScope.Of(below)], "verify", "main"),
        ];
        foreach ((VerifyScope[] scopes, string type, string id) in cases)
        {
            Upid upid = Upid.Parse(Run(new VerifyQuery { Scopes = scopes }).Upid);
            Assert.Equal((type, id), (upid.WorkerType, upid.WorkerId));
        }
    }

    [Fact]
    public void What_was_verified_is_left_out_if_that_is_asked_for_and_taken_up_again_when_it_is_old()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath never = _store.Add("vm/1/2024-05-01T10:00:00Z", chunk);
        SnapshotPath ok = _store.Add("vm/2/2024-05-01T10:00:00Z", CryptMode.None, m => Verified(m, 10, VerifyOutcome.Ok), chunk);
        SnapshotPath failed = _store.Add("vm/3/2024-05-01T10:00:00Z", CryptMode.None, m => Verified(m, 31, VerifyOutcome.Failed), chunk);
        Assert.All(Run(new VerifyQuery { NoStateUpdate = true }).Results, result => Assert.Equal(VerifyResultState.Ok, result.State));
        Verification run = Run(new VerifyQuery { NoStateUpdate = true, IgnoreVerified = true });
        Assert.Equal([VerifyResultState.Ok, VerifyResultState.Skipped, VerifyResultState.Skipped], run.Results.Select(result => result.State));
        Assert.Contains($"SKIPPED: verify main:{ok} (recently verified)", run.Log);
        Assert.Equal("recently verified", run.Results[1].Reason);

        // More than so many whole days.
        VerifyResultState[] ofFailed = [.. new[] { 29, 30, 31 }.Select(days => Run(new VerifyQuery { NoStateUpdate = true, IgnoreVerified = true, OutdatedAfter = days }).Results.Single(result => result.ToString() == failed.ToString()).State)];
        Assert.Equal([VerifyResultState.Ok, VerifyResultState.Ok, VerifyResultState.Skipped], ofFailed);
        Assert.Equal(never.ToString(), Session().Verify.Plan(Store, new VerifyQuery { IgnoreVerified = true }, problem =>
            throw problem, TestContext.Current.CancellationToken).Single().ToString());
    }

    [Fact]
    public void A_run_of_limited_time_begins_with_what_was_not_verified_for_the_longest_time()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath recent = _store.Add("vm/1/2024-05-01T10:00:00Z", CryptMode.None, m => Verified(m, 1, VerifyOutcome.Ok), chunk);
        SnapshotPath old = _store.Add("vm/2/2024-05-01T10:00:00Z", CryptMode.None, m => Verified(m, 100, VerifyOutcome.Ok), chunk);
        SnapshotPath never = _store.Add("vm/3/2024-05-01T10:00:00Z", chunk);
        Assert.Equal([never.ToString(), old.ToString(), recent.ToString()], Names(Run(new VerifyQuery { NoStateUpdate = true, MaxDuration = TimeSpan.FromHours(1) })));
        Verification none = Run(new VerifyQuery { NoStateUpdate = true, MaxDuration = TimeSpan.Zero });
        Assert.Empty(none.Results);
        Assert.Equal("the time was over before a snapshot was verified: 3 snapshots were not verified", none.State);
    }

    [Fact]
    public void The_first_fault_ends_a_run_that_is_to_fail_fast()
    {
        for (int i = 0; i < 30; i++) _store.Add($"vm/{i + 100}/2024-05-01T10:00:00Z", _store.Put(i), _store.Put(i + 1000));
        File.Delete(_store.PathOf(_store.Put(2)));
        Verification run = Run(new VerifyQuery { FailFast = true });
        Assert.Equal("vm/102/2024-05-01T10:00:00Z", Assert.Single(run.Results, result => result.State == VerifyResultState.Failed).ToString());
        Assert.Equal("vm/102/2024-05-01T10:00:00Z", run.Results[^1].ToString());
        Assert.Equal("verification failed - please check the log for details", run.State);
        Assert.Equal(VerifyOutcome.Failed, _store.StateOf(SnapshotPath.Parse("vm/102/2024-05-01T10:00:00Z")));
        Assert.Null(_store.StateOf(SnapshotPath.Parse("vm/129/2024-05-01T10:00:00Z")));
    }

    [Fact]
    public void A_test_of_a_snapshot_records_nothing_and_is_no_task()
    {
        Digest shared = _store.Put(1);
        SnapshotPath good = _store.Add("vm/1/2024-05-01T10:00:00Z", shared), bad = _store.Add("vm/2/2024-05-01T10:00:00Z", shared, _store.Put(2));
        File.WriteAllBytes(_store.PathOf(_store.Put(2)), [1, 2, 3]);
        Assert.Equal(VerifyResultState.Ok, Session().Verify.Test(Store, good, null, TestContext.Current.CancellationToken).State);
        VerifyResult result = Session().Verify.Test(Store, bad, null, TestContext.Current.CancellationToken);
        Assert.Equal((VerifyResultState.Failed, null, false), (result.State, result.Upid, result.Recorded));
        Assert.Null(_store.StateOf(good));
        Assert.Empty(_store.SetAside());
        Assert.False(Directory.Exists(Path.Combine(_server.Root, "log", "tasks")));
    }

    [Fact]
    public void A_sample_looks_at_a_part_and_says_so()
    {
        Digest[] chunks = [.. Enumerable.Range(0, 2000).Select(i => _store.Put(i, 100))];
        SnapshotPath one = _store.Add("vm/1/2024-05-01T10:00:00Z", chunks), two = _store.Add("vm/2/2024-05-01T10:00:00Z", chunks);
        foreach (VerifySample sample in (VerifySample[])[new(0.25, null), new(null, 50_000)])
        {
            Verification run = Run(new VerifyQuery { Sample = sample });
            Assert.Equal("OK", run.State);
            Assert.All(run.Results, result => Assert.InRange(result.Coverage, 0.18, 0.32));
            Assert.Equal(run.Results[0].Coverage, run.Results[1].Coverage);
            Assert.InRange(run.Results[0].BytesVerified, 36_000, 64_000);

            // Nobody may take that for a verification.
            Assert.All(run.Results, result => Assert.False(result.Recorded));
            Assert.Null(_store.StateOf(one));
        }

        foreach (Digest chunk in chunks) File.Delete(_store.PathOf(chunk));
        Assert.All(Run(new VerifyQuery { Sample = new(0.25, null) }).Results, result => Assert.Equal((VerifyResultState.Failed, true), (result.State, result.Recorded)));
        Assert.Equal(VerifyOutcome.Failed, _store.StateOf(two));
    }

    [Fact]
    public void Who_may_verify_everything_does_so_below_and_who_may_not_verifies_his_own()
    {
        Digest chunk = _store.Put(1);
        foreach (string snapshot in (string[])["vm/1/2024-05-01T10:00:00Z", "vm/2/2024-05-01T10:00:00Z", "ns/a/vm/3/2024-05-01T10:00:00Z", "ns/b/vm/4/2024-05-01T10:00:00Z", "ns/b/vm/5/2024-05-01T10:00:00Z"]) _store.Add(snapshot, chunk);
        File.WriteAllText(_store.PathOf("vm/1/owner"), "owner@pbs\n");
        File.WriteAllText(_store.PathOf("ns/b/vm/4/owner"), "owner@pbs!t\n");
        File.WriteAllText(_store.PathOf("ns/b/vm/5/owner"), "nonsense\n");
        _server.Write("user.cfg", "user: all@pbs\n\nuser: owner@pbs\n\ntoken: owner@pbs!t\n");
        _server.Write("acl.cfg", "acl:1:/datastore/main:all@pbs:DatastoreReader\nacl:1:/datastore/main/a:all@pbs:NoAccess\nacl:1:/datastore/main:owner@pbs:DatastoreBackup\nacl:1:/datastore/main/a:owner@pbs:NoAccess\n");

        // PBS does not ask again in namespaces below, and verifies groups whose owner cannot be told.
        Assert.Equal(["vm/1/", "vm/2/", "ns/a/vm/3/", "ns/b/vm/4/", "ns/b/vm/5/"], Names(Run("all@pbs")).Select(name => name[..^20]));
        Verification own = Run("owner@pbs");
        Assert.Equal(["vm/1/", "ns/b/vm/4/"], Names(own).Select(name => name[..^20]));
        Assert.Contains("limiting to backups owned by owner@pbs", own.Log);
        Assert.Contains("found 2 groups", own.Log);
    }

    [Fact]
    public void Where_states_cannot_be_recorded_safely_it_only_reads_and_says_why()
    {
        SnapshotPath snapshot = _store.Add("vm/1/2024-05-01T10:00:00Z", _store.Put(1));
        _server.Register(("main", _store.Path, "\tmaintenance-mode read-only\n"));
        Verification run = Run();
        Assert.Equal("nothing is recorded and no chunk renamed: datastore 'main' is in read-only maintenance mode: ", Assert.Single(run.Warnings));
        Assert.Null(_store.StateOf(snapshot));

        PbsEngine unconnected = new PbsEngine(Connection.None);
        DatastoreContext byPath = unconnected.Resolver.ResolvePath(_store.Path);
        Assert.Contains("is opened by its path alone", Assert.Single(Verification.Run(unconnected, byPath).Warnings), StringComparison.Ordinal);
        Assert.Null(_store.StateOf(snapshot));
        Assert.Empty(Verification.Run(unconnected, byPath, new VerifyQuery { NoStateUpdate = true }).Warnings);
        Assert.True(Assert.Single(Verification.Run(unconnected, byPath, new VerifyQuery { Force = true }).Results).Recorded);
        Assert.Equal(VerifyOutcome.Ok, _store.StateOf(snapshot));
    }

    [Fact]
    public void A_stop_keeps_what_was_finished_and_leaves_no_lock_and_no_temporary_file()
    {
        AtomicFileTests.NeedsLinux();
        SnapshotPath[] snapshots = [.. Enumerable.Range(0, 40).Select(i => _store.Add($"vm/{i + 100}/2024-05-01T10:00:00Z", _store.Put(i)))];
        using var stuck = new ManualResetEventSlim();
        int opens = 0;
        Verification run = Run(new VerifyQuery { Threads = 1 }, onOpen: () =>
        {
            if (Interlocked.Increment(ref opens) == 20) stuck.Wait(TestContext.Current.CancellationToken);
            return 0;
        }, onEvent: (task, told) =>
        {
            if (told is not TaskItemEvent) return;
            if (opens < 20) return;
            task.Stop();
            stuck.Set();
        });
        Assert.Equal("abort requested - aborting task", run.State);
        Assert.InRange(run.Results.Count, 1, 39);
        Assert.All(run.Results, result => Assert.Equal((VerifyResultState.Ok, true), (result.State, result.Recorded)));
        int recorded = snapshots.Count(snapshot => _store.StateOf(snapshot) is not null);
        Assert.InRange(recorded, run.Results.Count, 39);
        Assert.DoesNotContain(Directory.EnumerateFiles(_store.Path, "*.tmp_*", SearchOption.AllDirectories), _ => true);
        var locks = new DatastoreLocks(_store.Path, "main", _server.RunRoot, FileMutations.Default, TimeProvider.System);
        foreach (SnapshotPath snapshot in snapshots) locks.Snapshot(snapshot, _store.PathOf(snapshot.ToString()), LockMode.Exclusive, "").Dispose();
        Assert.Equal((0, 0), new PbsModule.Core.Storage.Locks.ActiveOperations(_server.RunRoot, "main", ProcessTable.Default, FileMutations.Default, TimeProvider.System).Totals());
    }

    [Fact]
    public void A_run_counts_as_reading_and_tells_its_progress_in_bytes()
    {
        AtomicFileTests.NeedsLinux();
        _store.Add("vm/1/2024-05-01T10:00:00Z", _store.Put(1));
        _store.Add("vm/2/2024-05-01T10:00:00Z", _store.Put(2));
        (long, long) during = default;
        List<TaskProgress> told = [];
        using var isTotalKnown = new ManualResetEventSlim();
        long planned = Session().Verify.Plan(Store, new VerifyQuery(), problem => throw problem,
            TestContext.Current.CancellationToken).Sum(item => item.Size);
        Run(new VerifyQuery { ShowsProgress = true }, onOpen: () =>
        {
            during = new PbsModule.Core.Storage.Locks.ActiveOperations(_server.RunRoot, "main", ProcessTable.Default, FileMutations.Default, TimeProvider.System).Totals();
            isTotalKnown.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            return 0;
        }, onEvent: (_, news) =>
        {
            if (news is not TaskProgressEvent far) return;
            told.Add(far.Progress);
            if (far.Progress.Total > 0) isTotalKnown.Set();
        });
        Assert.Equal((1, 0), during);
        Assert.True(isTotalKnown.IsSet);
        long total = Assert.Single(told.Select(progress => progress.Total).Where(bytes => bytes > 0).Distinct());
        Assert.Equal(planned, total);
        Assert.All(told, progress => Assert.True(progress.Total == 0 || progress.Done <= progress.Total));
    }

    [Fact]
    public void What_is_gone_before_it_begins_is_refused_and_stops_no_other()
    {
        Digest chunk = _store.Put(1);
        SnapshotPath one = _store.Add("vm/1/2024-05-01T10:00:00Z", chunk), two = _store.Add("vm/2/2024-05-01T10:00:00Z", chunk);
        VerifyScope[] scopes =
        [
            VerifyScope.Of(one), VerifyScope.Of(one with { Time = 1 }), new(BackupNamespace.Root, GroupPath.Parse("vm/999")), new(BackupNamespace.Parse("gone")), VerifyScope.Of(two),
        ];
        VerifyAdmission admission = Session().Verify.Admit(Store, new VerifyQuery { Scopes = scopes });
        Assert.Equal([scopes[0], scopes[4]], admission.Query.Scopes);
        Assert.Equal([PbsErrorId.SnapshotNotFound, PbsErrorId.GroupNotFound, PbsErrorId.NamespaceNotFound], admission.Refusals.Select(refusal => refusal.ErrorId));
        Assert.True(Session().Verify.Admit(Store, new VerifyQuery { Scopes = scopes[1..4] }).IsEmpty);

        // A store that cannot be entered says so once.
        _server.Register(("main", _store.Path, "\tmaintenance-mode offline\n"));
        Assert.Single(Session().Verify.Admit(Store, new VerifyQuery { Scopes = scopes }).Refusals);
    }

    [Fact]
    public void What_is_not_there_is_refused_before_a_task_begins()
    {
        _store.Add("vm/1/2024-05-01T10:00:00Z", _store.Put(1));
        PbsEngine session = Session();
        foreach ((VerifyScope scope, string id) in ((VerifyScope, string)[])
        [
            (VerifyScope.Of(SnapshotPath.Parse("vm/1/2024-05-02T10:00:00Z")), PbsErrorId.SnapshotNotFound),
            (new VerifyScope(BackupNamespace.Root, GroupPath.Parse("vm/2")), PbsErrorId.GroupNotFound),
            (new VerifyScope(BackupNamespace.Parse("a")), PbsErrorId.NamespaceNotFound),
        ])
        {
            Assert.Equal(id, Assert.Throws<PbsNotFoundException>(() => session.Verify.Start(Store, new VerifyQuery { Scopes = [scope] }, TestContext.Current.CancellationToken)).ErrorId);
        }

        Assert.Empty(session.Tasks.List(new TaskQuery(), static _ => { }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Encrypted_chunks_are_proven_with_the_key_alone()
    {
        using CryptKey key = new(CryptKeyTests.Bare), other = new(Enumerable.Repeat((byte)7, 32).ToArray());
        byte[] data = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];
        Digest digest = _store.Put(data, key);
        SnapshotPath snapshot = _store.Add("host/e/2024-05-01T10:00:00Z", CryptMode.Encrypt, m => ManifestSignature.Sign(m, key), digest);
        Assert.Equal("OK", Run(new VerifyQuery { Key = key }).State);

        // Another key cannot tell; it is not used, and that is no fault, but nobody may believe that it was.
        Verification without = Run(new VerifyQuery { Key = other });
        Assert.Equal(
            $"{snapshot} was made with key {key.Fingerprint.ShortText}, which is not the given one: what has that key is checked as without one",
            Assert.Single(without.Warnings));
        Assert.Equal(VerifyResultState.Ok, Assert.Single(without.Results).State);
        Assert.Equal(PbsErrorId.KeyMismatch, Assert.Throws<PbsIntegrityException>(() => Session().Verify.Test(Store, snapshot, other, TestContext.Current.CancellationToken)).ErrorId);
        Assert.Equal(VerifyResultState.Ok, Session().Verify.Test(Store, snapshot, key, TestContext.Current.CancellationToken).State);

        // Whole, encrypted with the right key, and not the data it should be: only the key shows it.
        byte[] wrong = EncryptedBlob.Encode(new byte[5000], key, null);
        File.WriteAllBytes(_store.PathOf(digest), wrong);
        Assert.Equal("OK", Run().State);
        Verification deep = Run(new VerifyQuery { Key = key });
        Assert.Equal("detected chunk with wrong digest.", Assert.Single(Assert.Single(deep.Results).Errors).Reason);
        Assert.Equal([$"{digest}.0.bad"], _store.SetAside());

        // Encrypted with another key, whatever the manifest says: nothing is proven, so nothing is renamed.
        File.WriteAllBytes(_store.PathOf(digest), EncryptedBlob.Encode(data, other, null));
        deep = Run(new VerifyQuery { Key = key });
        Assert.Equal("unable to decrypt blob - wrong key, or the data was changed", Assert.Single(Assert.Single(deep.Results).Errors).Reason);
        Assert.Single(_store.SetAside());
        Assert.Equal(VerifyOutcome.Failed, _store.StateOf(snapshot));
        Assert.True(ManifestSignature.Verify(_store.ManifestOf(snapshot), key));
    }

    [Fact]
    public void A_key_of_which_nothing_tells_that_it_is_the_right_one_lets_no_failure_stand_in_the_manifest()
    {
        using CryptKey key = new(CryptKeyTests.Bare), other = new(Enumerable.Repeat((byte)7, 32).ToArray());
        Digest digest = _store.Put([.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))], key), plain = _store.Put(1);
        SnapshotPath unsigned = _store.Add("host/e/2021-05-01T10:00:00Z", CryptMode.Encrypt, m => m, digest);
        SnapshotPath signed = _store.Add("host/f/2021-05-01T10:00:00Z", CryptMode.Encrypt, m => ManifestSignature.Sign(m, key).WithUnprotected(JsonObject.Empty), digest);
        SnapshotPath bare = _store.Add("host/g/2021-05-01T10:00:00Z", plain);
        Verification wrong = Run(new VerifyQuery { Key = other });
        Assert.Equal([VerifyResultState.Failed, VerifyResultState.Failed, VerifyResultState.Ok], wrong.Results.Select(result => result.State));
        Assert.Equal([null, null, VerifyOutcome.Ok], new[] { unsigned, signed, bare }.Select(snapshot => _store.StateOf(snapshot)));
        Assert.Equal(2, wrong.Warnings.Count(warning => warning.Contains("is not recorded: it does not tell which key it was made with", StringComparison.Ordinal)));
        Assert.Empty(_store.SetAside());
        Assert.Equal("OK", Run(new VerifyQuery { Key = key }).State);

        // What has nothing to do with keys stands, and so does what is wrong under a key that the signature proves.
        File.Delete(_store.PathOf(plain));
        File.Delete(_store.PathOf(digest));
        Run(new VerifyQuery { Key = key });
        Assert.Equal([VerifyOutcome.Ok, VerifyOutcome.Failed, VerifyOutcome.Failed], new[] { unsigned, signed, bare }.Select(snapshot => _store.StateOf(snapshot)));
    }

    private static Manifest Verified(Manifest manifest, int daysAgo, VerifyOutcome outcome)
    {
        long start = DateTimeOffset.UtcNow.AddDays(-daysAgo).AddMinutes(-1).ToUnixTimeSeconds();
        return manifest.WithVerifyState(new SnapshotVerifyState(new Upid("pbs", 1, 1, 1, start, "verify", "main", "root@pam"), outcome));
    }

    private static VerifyQuery Scope(string ns) => new() { Scopes = [new VerifyScope(BackupNamespace.Parse(ns))] };

    private static IEnumerable<string> Names(Verification run) => run.Results.Select(result => result.ToString());

    private DatastoreContext Store => Session().Resolver.Resolve("main");

    private PbsEngine Session(string? authid = null) => _server.Session(authid);

    private Verification Run(string authid)
    {
        PbsEngine session = Session(authid);
        return Verification.Run(session, session.Resolver.Resolve("main"));
    }

    private Verification Run(VerifyQuery? query = null, Func<int>? onOpen = null, Action<RunningTask, TaskEvent>? onEvent = null)
    {
        var engine = new EngineOptions { ChunkFiles = folder => onOpen is null ? SequentialFile.In(folder) : new FaultyFile(SequentialFile.In(folder)) { OnOpen = onOpen } };
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), query, onEvent);
    }
}
