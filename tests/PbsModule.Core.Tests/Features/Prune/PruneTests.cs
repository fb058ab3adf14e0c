using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Pruning as a whole: plans on the golden groups, what is removed, what the log says, and what refuses a plan.</summary>
public sealed class PruneTests : IDisposable
{
    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();
    private readonly PbsEngine _engine;
    private readonly DatastoreContext _store;

    public PruneTests()
    {
        AtomicFileTests.NeedsLinux();
        _server.Register(("main", _disk.Path, ""));
        _engine = _server.Session();
        _store = _engine.Resolver.Resolve("main");
    }

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Every_dry_run_of_the_server_is_planned_the_same()
    {
        PbsEngine engine = new(Connection.None);
        DatastoreContext store = engine.Resolver.Resolve(GoldenStore.Ds1.Path);
        int cases = 0;
        foreach (JsonElement each in Corpus.Json("ds1.expected/prune/ds1-groups.json").RootElement.EnumerateArray())
        {
            PrunePlanInfo[] plan = Pruning.Planned(
                engine, store, Pruning.One(each.GetProperty("group").GetString()!, each.GetProperty("ns").GetString()!),
                PruneSelectionTests.Keep(each.GetProperty("keep")), PruneSelectionTests.Zone(each.GetProperty("tz").GetString()!));
            Assert.Equal(
                each.GetProperty("result").EnumerateArray().Select(row =>
                    $"{row.GetProperty("backup-type")}/{row.GetProperty("backup-id")} {row.GetProperty("backup-time")} {row.GetProperty("keep")} {row.GetProperty("mark")} {row.GetProperty("protected")} {(row.TryGetProperty("ns", out JsonElement ns) ? ns : "")}"),
                plan.Select(row => $"{row.BackupType}/{row.BackupId} {row.BackupTime.ToUnixTimeSeconds()} {row.Keep} {row.Mark} {row.Protected} {row.Namespace}"));
            cases++;
            Conformance.Agrees(Conformance.Prune, $"{each.GetProperty("tz")} {each.GetProperty("ns")} {each.GetProperty("group")} {each.GetProperty("keep")}");
        }

        Assert.Equal(160, cases);
    }

    [Fact]
    public void A_group_is_pruned_and_the_log_says_so_in_PBS_words()
    {
        Fill("vm/100", 4);
        File.WriteAllText(_disk.PathOf($"vm/100/{Day(2)}/.protected"), "");
        Pruning done = Pruning.Run(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1, Weekly = 0 });
        Assert.Equal([$"{Day(2)}", $"{Day(4)}"], Left("vm/100"));
        Assert.Equal(
            [
                "retention options: --keep-last 1", "Starting prune on datastore 'main', root namespace group \"vm/100\"",
                $"vm/100/{Day(1)} remove", $"vm/100/{Day(2)} protected", $"vm/100/{Day(3)} remove", $"vm/100/{Day(4)} keep",
            ],
            done.Log);
        Assert.Equal([$"vm/100/{Day(1)} remove False True", $"vm/100/{Day(2)} protected True False", $"vm/100/{Day(3)} remove False True", $"vm/100/{Day(4)} keep True False"],
            done.Results.Select(row => $"{row} {row.Mark} {row.Keep} {row.Removed}"));
        Assert.Equal(("prune", "main::vm/100"), (done.Task!.Upid.WorkerType, done.Task.Upid.WorkerId));
        Assert.Equal("OK", _engine.Tasks.Get(done.Task.Upid, CancellationToken.None).Status);
        Assert.Contains("vm/100/2024-05-01T10:00:00Z remove", string.Join('\n', _engine.TaskLogs.Read(done.Task.Upid, new(), CancellationToken.None).Select(line => line.Text)), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.RunRoot, "locks"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_namespace_is_pruned_and_those_below_it_only_when_asked()
    {
        foreach (string group in (string[])["vm/100", "ct/7", "ns/a/vm/1", "ns/a/ns/b/host/x"]) Fill(group, 2);
        Pruning root = Pruning.Run(_engine, _store, new GroupQuery(), new KeepOptions { Last = 1 });
        Assert.Equal(
            [
                "Starting datastore prune on datastore 'main', root namespace, non-recursive", "retention options: --max-depth 0 --keep-last 1",
                "Pruning group :\"ct/7\"", $"remove ct/7/{Day(1)}", $"keep ct/7/{Day(2)}", "Pruning group :\"vm/100\"", $"remove vm/100/{Day(1)}", $"keep vm/100/{Day(2)}",
            ],
            root.Log);
        Assert.Equal("main:", root.Task!.Upid.WorkerId);
        Assert.Equal(2, Left("ns/a/vm/1").Length);
        Pruning one = Pruning.Run(_engine, _store, new GroupQuery { Namespace = BackupNamespace.Parse("a"), Depth = 0 }, new KeepOptions { Daily = 1 });
        Assert.Equal("main:a", one.Task!.Upid.WorkerId);
        Assert.Equal("retention options: --ns a --max-depth 0 --keep-daily 1", one.Log[1]);
        Assert.Equal([Day(2)], Left("ns/a/vm/1"));
        Assert.Equal(2, Left("ns/a/ns/b/host/x").Length);
        Pruning all = Pruning.Run(_engine, _store, new GroupQuery { Recurse = true }, new KeepOptions { Last = 1 });
        Assert.Equal("Starting datastore prune on datastore 'main', root namespace, down to full depth", all.Log[0]);
        Assert.Equal("retention options: --keep-last 1", all.Log[1]);
        Assert.Contains("Pruning group a/b:\"host/x\"", all.Log);
        Assert.Equal([Day(2)], Left("ns/a/ns/b/host/x"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public void Without_a_keep_option_everything_is_kept(int? count)
    {
        Fill("vm/100", 3);
        Pruning done = Pruning.Run(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = count });
        Assert.Equal(3, Left("vm/100").Length);
        Assert.All(done.Plan, row => Assert.Equal((true, "remove", "no keep option"), (row.Keep, row.Mark, row.Reason)));
        Assert.Equal("No prune selection - keeping all files.", done.Log[0]);
        Assert.Equal($"vm/100/{Day(1)} remove", done.Log[1]);
        Assert.All(done.Results, row => Assert.False(row.Removed));
    }

    [Fact]
    public void What_cannot_be_removed_is_a_warning_and_the_others_go()
    {
        Fill("vm/100", 3);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "flock", "Shared", _disk.PathOf($"vm/100/{Day(1)}")));
        Pruning done = Pruning.Run(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        Assert.Equal([Day(1), Day(3)], Left("vm/100"));
        string warning = Assert.Single(done.Warnings);
        Assert.StartsWith($"failed to remove dir \"vm/100/{Day(1)}\": unable to acquire lock on snapshot directory ", warning, StringComparison.Ordinal);
        Assert.EndsWith(" - possibly running or in use", warning, StringComparison.Ordinal);
        Assert.Equal([false, true, false], done.Results.Select(row => row.Removed));
        Assert.Equal("WARNINGS: 1", _engine.Tasks.Get(done.Task!.Upid, CancellationToken.None).Status);
    }

    [Fact]
    public void A_group_that_fails_is_told_and_the_others_go_on()
    {
        foreach (string group in (string[])["vm/1", "vm/2", "vm/3"]) Fill(group, 2);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, new GroupQuery(), new KeepOptions { Last = 1 });
        Fill("vm/2", 3);
        Pruning done = Pruning.Run(_engine, _store, new PruneOrder(plan) { IsExact = true });
        Assert.Contains("the plan for group 'vm/2' does not hold any more", Assert.Single(done.Warnings), StringComparison.Ordinal);
        Assert.Equal([1, 3, 1], ((string[])["vm/1", "vm/2", "vm/3"]).Select(group => Left(group).Length));
        Assert.Equal(6, done.Results.Count);
        Assert.Equal([false, false], done.Results.Where(row => row.BackupId == "2").Select(row => row.Removed));
    }

    [Fact]
    public void A_plan_holds_as_long_as_its_group_does_whole_or_filtered_also_out_of_a_file()
    {
        Fill("vm/100", 4);
        PrunePlanInfo[] plan = [.. Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1, Yearly = 0 }).Select(row => Pruning.Restored(row))];
        _engine.Prune.Check(_store, plan);
        _engine.Prune.Check(_store, plan[1..2]);
        Assert.Equal("retention options: --keep-last 1", Pruning.Run(_engine, _store, new PruneOrder(plan[1..2]) { IsExact = true, IsOfGroup = true }).Log[0]);
        Assert.Equal([Day(1), Day(3), Day(4)], Left("vm/100"));
        Refused(PbsErrorId.PrunePlanStale, plan);
        _disk.AddSnapshot("vm/100", Day(2));
        _engine.Prune.Check(_store, plan);
        _disk.AddSnapshot("vm/100", Day(5));
        Refused(PbsErrorId.PrunePlanStale, plan);
        Directory.Delete(_disk.PathOf($"vm/100/{Day(5)}"), true);
        File.WriteAllText(_disk.PathOf($"vm/100/{Day(4)}/.protected"), "");
        Refused(PbsErrorId.PrunePlanStale, plan);
        File.Delete(_disk.PathOf($"vm/100/{Day(4)}/.protected"));
        File.Delete(_disk.PathOf($"vm/100/{Day(4)}/index.json.blob"));
        Refused(PbsErrorId.PrunePlanStale, plan);
    }

    [Fact]
    public void A_row_that_says_something_else_than_the_plan_is_refused()
    {
        Fill("vm/100", 3);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        Refused(PbsErrorId.PrunePlanInvalid, Pruning.Restored(plan[2], keep: false));
        _engine.Prune.Check(_store, [Pruning.Restored(plan[0], keep: true)]);
        foreach (string bad in (string[])["", "x", "keep-last=1@UTC", "keep-last=1@UTC:00", "keep-some=1@UTC:0123456789abcdef0123456789abcdef", "keep-last=-1@UTC:0123456789abcdef0123456789abcdef", "keep-last=1@Nowhere/Never:0123456789abcdef0123456789abcdef"])
        {
            Refused(PbsErrorId.PrunePlanInvalid, Pruning.Restored(plan[0], fingerprint: bad));
            Refused(PbsErrorId.PrunePlanInvalid, OfPlan(bad));
        }

        string text = plan[0].Fingerprint.Replace("last=1", "last=2", StringComparison.Ordinal);
        Refused(PbsErrorId.PrunePlanInvalid, Pruning.Restored(plan[0], fingerprint: text));
        Refused(PbsErrorId.PrunePlanStale, OfPlan(plan[0].Plan.Replace("last=1", "last=2", StringComparison.Ordinal)));
        PrunePlanInfo[] keepsAll = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions());
        Refused(PbsErrorId.PrunePlanInvalid, Pruning.Restored(keepsAll[0], keep: false));
        Assert.Equal(3, Left("vm/100").Length);

        PrunePlanInfo OfPlan(string other) =>
            Pruning.Restored(plan[0], fingerprint: PlanFingerprint.OfRow(other, plan[0].Identity));
    }

    [Fact]
    public void A_row_about_another_snapshot_than_it_was_made_for_is_refused()
    {
        Fill("vm/100", 4);
        Fill("vm/101", 4);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        PrunePlanInfo[] second = Pruning.Planned(_engine, _store, Pruning.One("vm/101"), new KeepOptions { Last = 1 });

        // Each of these snapshots is removed by the plan; a row may not become that of another all the same.
        Refused(PbsErrorId.PrunePlanInvalid, Moved(plan[0], plan[1]));
        Refused(PbsErrorId.PrunePlanInvalid, Moved(plan[0], second[0]));
        Refused(PbsErrorId.PrunePlanInvalid, plan[2], Moved(plan[0], plan[1]));
        Refused(PbsErrorId.PrunePlanInvalid, Pruning.Restored(plan[0], fingerprint: plan[0].Plan));

        // A row that was taken out is kept.
        PrunePlanInfo[] rest = [Pruning.Restored(plan[0]), Pruning.Restored(plan[2]), Pruning.Restored(plan[3])];
        Pruning.Run(_engine, _store, PruneOrder.OfPlan(rest));
        Assert.Equal([Day(2), Day(4)], Left("vm/100"));

        static PrunePlanInfo Moved(PrunePlanInfo row, PrunePlanInfo to) =>
            Pruning.Restored(to, keep: row.Keep, fingerprint: row.Fingerprint);
    }

    [Fact]
    public void What_came_in_between_is_decided_on_again()
    {
        Fill("vm/100", 3);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Daily = 2 });
        File.WriteAllText(_disk.PathOf($"vm/100/{Day(1)}/.protected"), "");
        _disk.AddSnapshot("vm/100", Day(4));
        Pruning.Run(_engine, _store, new PruneOrder(plan) { IsOfGroup = true });
        Assert.Equal([Day(1), Day(2), Day(3), Day(4)], Left("vm/100"));
    }

    [Fact]
    public void The_last_snapshot_that_verified_well_is_marked_when_it_goes()
    {
        Fill("vm/100", 2);
        _disk.AddSnapshot("vm/100", Day(3), Verified("ok"));
        _disk.AddSnapshot("vm/100", Day(4), Verified("ok"));
        _disk.AddSnapshot("vm/100", Day(5), Verified("failed"));
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        Assert.Equal(["", "", "", "kept by no rule, the last one that verified well", ""], plan.Select(row => row.IsLastVerified ? row.Reason : ""));
        Assert.DoesNotContain(Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 2 }), row => row.IsLastVerified);
        Assert.DoesNotContain(Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions()), row => row.IsLastVerified);
    }

    [Fact]
    public void A_group_that_has_gone_is_told_and_the_others_go_on()
    {
        foreach (string group in (string[])["vm/1", "vm/2"]) Fill(group, 2);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, new GroupQuery(), new KeepOptions { Last = 1 });
        Directory.Delete(_disk.PathOf("vm/1"), true);
        Pruning done = Pruning.Run(_engine, _store, new PruneOrder(plan));
        Assert.StartsWith("failed to prune group 'vm/1': there is no group 'vm/1'", Assert.Single(done.Warnings), StringComparison.Ordinal);
        Assert.Equal([Day(2)], Left("vm/2"));
        Assert.Throws<PbsNotFoundException>(() => Pruning.Run(_engine, _store, new PruneOrder(plan[..2])));
    }

    [Fact]
    public async Task A_stopped_prune_leaves_whole_snapshots()
    {
        Fill("vm/100", 28);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        using var stop = new CancellationTokenSource();
        int looks = 0;

        // The first look is at what there is, the second at what is being removed.
        var folders = new FaultyFolders((call, path) =>
        {
            if (call == FolderCall.Open && path.EndsWith(Day(10), StringComparison.Ordinal) && ++looks == 2) stop.Cancel();
            return 0;
        });
        PbsEngine engine = new(Connection.Local(_server.Options), new EngineOptions { Folders = folders });
        using RunningTask task = engine.Prune.Run(engine.Resolver.Resolve("main"), new PruneOrder(plan), false, stop.Token);
        task.StopListening();
        Assert.Equal("abort requested - aborting task", (await task.Completion).Text);
        Assert.Equal(Enumerable.Range(11, 18).Select(Day), Left("vm/100"));
        Assert.All(Left("vm/100"), time => Assert.Equal(2, Directory.GetFiles(_disk.PathOf($"vm/100/{time}")).Length));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.RunRoot, "locks"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_group_that_cannot_be_read_completely_is_told_and_not_planned()
    {
        Fill("vm/100", 3);
        Fill("vm/200", 2);
        var folders = new FaultyFolders((call, path) => call == FolderCall.List && path.EndsWith($"vm/100/{Day(3)}", StringComparison.Ordinal) ? OsError.EACCES : 0);
        PbsEngine engine = new(Connection.None, new EngineOptions { Folders = folders });
        List<ListingProblem> problems = [];
        PrunePlanInfo[] plan = [.. engine.Prune.Plan(engine.Resolver.ResolvePath(_disk.Path), new GroupQuery(), new PruneSettings { Keep = new KeepOptions { Last = 1 } }, problems.Add, CancellationToken.None)];
        Assert.Equal(["vm/200 remove", "vm/200 keep"], plan.Select(row => $"{row.BackupType}/{row.BackupId} {row.Mark}"));
        Assert.All(problems, problem => Assert.Equal((PbsErrorId.DirectoryUnreadable, ListingProblemKind.Error), (problem.ErrorId, problem.Kind)));
        Assert.EndsWith("is not planned: not all of its snapshots can be read", Assert.Single(problems.Skip(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_of_what_is_not_there_any_more_warns()
    {
        Fill("vm/100", 2);
        PrunePlanInfo[] plan = Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        Directory.Delete(_disk.PathOf($"vm/100/{Day(1)}"), true);
        Pruning done = Pruning.Run(_engine, _store, new PruneOrder(plan) { IsOfGroup = true });
        Assert.StartsWith($"failed to remove dir \"vm/100/{Day(1)}\": there is no snapshot", Assert.Single(done.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_only_prune_his_own_prunes_his_own()
    {
        foreach ((string group, string owner) in ((string, string)[])[("vm/1", "me@pbs"), ("vm/2", "me@pbs!t"), ("vm/3", "you@pbs"), ("vm/4", "")])
        {
            Fill(group, 2);
            _disk.AddGroup(group, owner + "\n");
        }

        _server.Write("user.cfg", "user: me@pbs\n\nuser: you@pbs\n\ntoken: me@pbs!t\n");
        _server.Write("acl.cfg", "acl:1:/datastore/main:me@pbs,me@pbs!t:DatastorePowerUser\nacl:1:/datastore/main:you@pbs:DatastoreBackup\n");
        Assert.Equal(["vm/1", "vm/2"], Groups("me@pbs"));
        Assert.Equal(["vm/2"], Groups("me@pbs!t"));
        Assert.Equal(["vm/1", "vm/2", "vm/3"], Groups("root@pam"));
        PbsEngine me = _server.Session("me@pbs");
        PbsNotFoundException foreign = Assert.Throws<PbsNotFoundException>(
            () => Pruning.Planned(me, me.Resolver.Resolve("main"), Pruning.One("vm/3"), new()));
        Assert.Equal("there is no group 'vm/3' in datastore 'main', root namespace", foreign.Message);
        Assert.Equal("missing permissions 'Datastore.Modify|Datastore.Prune' on '/datastore/main'", Assert.Throws<PbsPermissionException>(() => Groups("you@pbs")).Message);

        // A plan that somebody else made is checked for who runs it: a group of others is passed over, like one that
        // has gone since.
        PrunePlanInfo[] ofRoot = Pruning.Planned(_engine, _store, new GroupQuery(), new KeepOptions { Last = 1 });
        Pruning.Run(me, me.Resolver.Resolve("main"), new PruneOrder(ofRoot));
        Assert.Equal((1, 2), (Left("vm/1").Length, Left("vm/3").Length));
        PrunePlanInfo[] ofOthers = Pruning.Planned(_engine, _store, Pruning.One("vm/3"), new KeepOptions { Last = 1 });
        Assert.Throws<PbsNotFoundException>(() => Pruning.Run(me, me.Resolver.Resolve("main"), new PruneOrder(ofOthers)));
        Assert.Equal(2, Left("vm/3").Length);
    }

    [Fact]
    public void A_plan_changes_nothing_and_works_where_nothing_may_be_written()
    {
        Fill("vm/100", 3);
        string Tree() => string.Join('\n', Directory.EnumerateFileSystemEntries(_disk.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}"));
        string before = Tree();
        PbsEngine unseen = new(Connection.None);
        Assert.Equal(3, Pruning.Planned(unseen, unseen.Resolver.ResolvePath(_disk.Path), Pruning.One("vm/100"), new KeepOptions { Last = 1 }).Length);
        PbsEngine failing = new(Connection.None, new EngineOptions { Mutations = new RecordedMutations(Fault.DiskFull, 1) });
        Pruning.Planned(failing, failing.Resolver.ResolvePath(_disk.Path), Pruning.One("vm/100"), new KeepOptions { Last = 1 });
        Assert.Equal(before, Tree());
        _server.Register(("main", _disk.Path, "\tmaintenance-mode read-only\n"));
        Assert.Throws<PbsConflictException>(() => Pruning.Planned(_engine, _store, Pruning.One("vm/100"), new KeepOptions { Last = 1 }));
    }

    internal static string Day(int day) => $"2024-05-{day:D2}T10:00:00Z";

    private static Func<Manifest, Manifest> Verified(string state) =>
        manifest => manifest.WithVerifyState(new SnapshotVerifyState(Upid.Parse("UPID:pbs:00000001:00000001:00000000:66321320:verify:main:root@pam:"), state == "ok" ? VerifyOutcome.Ok : VerifyOutcome.Failed));

    private void Fill(string group, int days)
    {
        if (!File.Exists(_disk.PathOf($"{group}/owner"))) _disk.AddGroup(group);
        for (int day = 1; day <= days; day++) _disk.AddSnapshot(group, Day(day));
    }

    private string[] Left(string group) => [.. Directory.EnumerateDirectories(_disk.PathOf(group)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private string[] Groups(string authid)
    {
        PbsEngine engine = _server.Session(authid);
        return [.. Pruning.Planned(engine, engine.Resolver.Resolve("main"), new GroupQuery(), new KeepOptions { Last = 1 }).Select(row => $"{row.BackupType}/{row.BackupId}").Distinct()];
    }

    private void Refused(string errorId, params PrunePlanInfo[] rows)
    {
        Assert.Equal(errorId, Assert.ThrowsAny<PbsException>(() => _engine.Prune.Check(_store, rows)).ErrorId);
    }
}
