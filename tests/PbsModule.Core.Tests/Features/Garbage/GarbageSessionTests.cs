using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Garbage collection as a task of a server: its locks, its refusals, its log, and how it is stopped.</summary>
public sealed class GarbageSessionTests : IDisposable
{
    private const string Index = "vm/100/2024-05-01T10:00:00Z/disk.img.didx";

    private readonly GarbageStore _garbage = new();
    private readonly ServerFolder _server = new();
    private readonly Digest _used, _old;

    public GarbageSessionTests()
    {
        AtomicFileTests.NeedsLinux();
        _used = _garbage.Put("used", 40);
        _old = _garbage.Put("old", 40);
        _garbage.AddIndex(Index, _used);
        _server.Register(("main", _garbage.Path, "\tgc-schedule daily\n"));
    }

    public void Dispose()
    {
        _garbage.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void It_is_a_task_with_a_log_and_leaves_its_status()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        Assert.Equal((null, 0), (engine.Garbage.GetStatus(store, Fail).Upid, engine.Garbage.GetStatus(store, Fail).DiskChunks));
        Collected done = Collected.Run(engine, store, new());
        Assert.Equal((1, 1, "daily"), (done.Status.DiskChunks, done.Status.RemovedChunks, done.Status.Schedule));
        Assert.Equal(done.Task.Upid.ToString(), done.Status.Upid);
        Assert.Equal(done.Status.Upid, engine.Garbage.GetStatus(store, Fail).Upid);
        Assert.Equal("starting garbage collection on store main", done.Log[0]);
        string[] log = [.. engine.TaskLogs.Read(done.Task.Upid, new(), CancellationToken.None).Select(line => line.Text)];
        Assert.Contains(log, line => line.EndsWith(": Removed chunks: 1", StringComparison.Ordinal));
        Assert.EndsWith(": TASK OK", log[^1], StringComparison.Ordinal);
        Assert.Equal("garbage_collection", done.Task.Upid.WorkerType);
    }

    [Fact]
    public void A_writer_keeps_it_away()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "w", "store", "Shared", _garbage.Path, "main", _server.RunRoot));
        var refusal = Assert.Throws<PbsLockedException>(() => Collected.Run(engine, store, new()));
        Assert.Equal("unable to get exclusive lock - EAGAIN", refusal.Message);
        Assert.True(_garbage.Has(_old));
        Assert.Equal("released", other.Ask("release", "w"));

        Assert.Equal(1, Collected.Run(engine, store, new()).Status.RemovedChunks);
        Assert.Equal("held", other.Ask("take", "w", "store", "Shared", _garbage.Path, "main", _server.RunRoot));
    }

    [Fact]
    public void It_keeps_writers_away_to_the_end()
    {
        using var other = new SecondProcess();
        string answer = "";
        var locks = new DatastoreLocks(_garbage.Path, "main", _server.RunRoot, FileMutations.Default, TimeProvider.System);
        using (locks.Store(LockMode.Exclusive))
        {
            _garbage.Collect(settings: new GarbageCollectionSettings { BeforeSweep = () => answer = other.Ask("take", "w", "store", "Shared", _garbage.Path, "main", _server.RunRoot) });
        }

        Assert.Contains("EAGAIN", answer, StringComparison.Ordinal);
        Assert.Equal("held", other.Ask("take", "w", "store", "Shared", _garbage.Path, "main", _server.RunRoot));
    }

    [Fact]
    public void Beside_a_live_daemon_it_must_be_forced()
    {
        File.WriteAllText(Path.Combine(_server.RunRoot, "proxy.pid"), "77\n");
        var tasks = new TaskFolder(Path.Combine(_server.Root, "log"), new DaemonAlive(), FileMutations.Default, TimeProvider.System);
        PbsEngine engine = new PbsEngine(_server.Session().Connection, new EngineOptions { Tasks = tasks });
        DatastoreContext store = engine.Resolver.Resolve("main");
        var refusal = Assert.Throws<PbsLockedException>(() => engine.Garbage.Start(store, new(), CancellationToken.None));
        Assert.Equal(PbsErrorId.DaemonAlive, refusal.ErrorId);
        Assert.StartsWith("proxmox-backup-proxy is running on this host", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<PbsLockedException>(() => engine.Garbage.Preview(store, new(), Fail, null, CancellationToken.None));
        Assert.Equal(1, engine.Garbage.MeasureGarbage(store, new(), Fail, null, CancellationToken.None).ReclaimableChunks);
        Assert.Equal(1, Collected.Run(engine, store, new() { Force = true }).Status.RemovedChunks);
    }

    [Fact]
    public void A_younger_cutoff_and_maintenance_are_refused_before_it_starts()
    {
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        var young = new GarbageQuery { Cutoff = DateTimeOffset.UtcNow.AddHours(-24) };
        Assert.Equal(PbsErrorId.CutoffTooRecent, Assert.Throws<PbsArgumentException>(() => engine.Garbage.Start(store, young, CancellationToken.None)).ErrorId);
        Assert.Equal(0, Collected.Run(engine, store, new() { Cutoff = DateTimeOffset.UtcNow.AddDays(-50) }).Status.RemovedChunks);

        _server.Register(("main", _garbage.Path, "\ttuning gc-atime-cutoff=2880\n"));
        _garbage.Put("in between", 1.5);
        Assert.Equal((1, 1), (Collected.Run(engine, store, new()).Status.RemovedChunks, engine.Garbage.GetStatus(store, Fail).PendingChunks));
        _server.Register(("main", _garbage.Path, "\tmaintenance-mode read-only\n"));
        Assert.Throws<PbsConflictException>(() => engine.Garbage.Start(store, new(), CancellationToken.None));
        Assert.Equal(1, engine.Garbage.MeasureGarbage(store, new(), Fail, null, CancellationToken.None).ReclaimableChunks);
    }

    [Fact]
    public void The_cutoff_of_the_datastore_decides_also_where_it_is_shorter()
    {
        // PBS 4.2.3: datastore.rs, garbage_collection: phase1_start_time - gc-atime-cutoff minutes, without a margin.
        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        _garbage.Put("an hour old", 65.0 / 1440);
        _garbage.Put("younger", 55.0 / 1440);
        GarbageCollectionStatus usual = Collected.Run(engine, store, new()).Status;
        Assert.Equal((1, 2), (usual.RemovedChunks, usual.PendingChunks));
        _server.Register(("main", _garbage.Path, "\ttuning gc-atime-cutoff=60\n"));
        GarbageInfo measured = engine.Garbage.MeasureGarbage(store, new(), Fail, null, CancellationToken.None);
        Assert.Equal((1, 1), (measured.ReclaimableChunks, measured.PendingChunks));

        // Where writers cannot be seen, the usual time protects what they have just written.
        Directory.Move(_server.RunRoot, _server.RunRoot + "-elsewhere");
        Assert.Equal(0, engine.Garbage.MeasureGarbage(store, new(), Fail, null, CancellationToken.None).ReclaimableChunks);
        Directory.Move(_server.RunRoot + "-elsewhere", _server.RunRoot);
        var refusal = Assert.Throws<PbsArgumentException>(() => engine.Garbage.Start(
            store, new GarbageQuery { Cutoff = DateTimeOffset.UtcNow.AddMinutes(-30) }, CancellationToken.None));
        Assert.StartsWith("the cutoff can only be made older than 1 h: ", refusal.Message, StringComparison.Ordinal);
        GarbageCollectionStatus collected = Collected.Run(engine, store, new()).Status;
        Assert.Equal((1, 1), (collected.RemovedChunks, collected.PendingChunks));
        Assert.True(_garbage.Has(_used));
    }

    [Fact]
    public async Task It_can_be_stopped_and_what_was_removed_was_garbage()
    {
        for (int i = 0; i < 300; i++) _garbage.Put($"old {i}", 40);
        PbsEngine engine = _server.Session();
        using RunningTask task = engine.Garbage.Start(engine.Resolver.Resolve("main"), new(), CancellationToken.None);
        while (await task.Events.WaitToReadAsync(TestContext.Current.CancellationToken))
        {
            if (task.Events.TryRead(out TaskEvent? news) && news is TaskMessageEvent { Message: "Start GC phase1 (mark used chunks)" }) task.Stop();
        }

        TaskState state = await task.Completion;
        Assert.True(_garbage.Has(_used));
        Assert.Equal(state.Kind == TaskStateKind.Ok, File.Exists(Path.Combine(_garbage.Path, ".gc-status")));
        Assert.False(File.Exists(Path.Combine(_garbage.Path, ".chunks", ".access-time-test")));
    }

    [Fact]
    public void What_is_pending_says_when_it_may_go()
    {
        _garbage.Put("young", 0.25);
        PbsEngine engine = _server.Session();
        GarbageInfo found = engine.Garbage.MeasureGarbage(engine.Resolver.Resolve("main"), new(), Fail, null, CancellationToken.None);
        Assert.Equal((1, 1), (found.ReclaimableChunks, found.PendingChunks));
        Assert.Equal(DateTimeOffset.UtcNow.AddDays(0.75).AddMinutes(5), found.EligibleAt!.Value, TimeSpan.FromMinutes(1));
        Assert.Equal(["under a day: 17 B in 1 chunks", "1 to 7 days: 0 B in 0 chunks"], found.Ages.Take(2).Select(age => age.ToString()));
    }

    private static void Fail(ListingProblem problem) => Assert.Fail(problem.Message);

    private sealed class DaemonAlive : ProcessTable
    {
        public override ProcessIdentity Current => Default.Current;

        public override ulong? StartOf(int id) => id == 77 ? 1 : Default.StartOf(id);

        public override string? ProgramOf(int id) => id == 77 ? "/usr/lib/x86_64-linux-gnu/proxmox-backup/proxmox-backup-proxy" : Default.ProgramOf(id);
    }
}
