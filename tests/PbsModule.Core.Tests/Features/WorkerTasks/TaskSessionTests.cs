using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Tasks as a caller gets them: what he may see and stop, damage, copies of other servers' logs, tasks without a log folder.</summary>
public sealed class TaskSessionTests : IDisposable
{
    private const string Unseen = "UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:";

    private readonly TemporaryFolder _config = new();

    public TaskSessionTests()
    {
        foreach (string file in (string[])["user.cfg", "acl.cfg"]) File.Copy(Corpus.PathOf("tasks/" + file), _config[file]);
        File.WriteAllText(_config["datastore.cfg"], "");
    }

    [Fact]
    public void Every_caller_is_shown_what_the_server_shows_him()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        int shown = 0, refused = 0;
        foreach (JsonProperty user in Corpus.Json("tasks/access.json").RootElement.EnumerateObject())
        {
            PbsEngine engine = Session(tree, user.Name);
            HashSet<string> listed = [.. List(engine, new TaskQuery()).Select(task => task.Upid)];
            foreach (JsonProperty task in user.Value.EnumerateObject())
            {
                Upid upid = Upid.Parse(task.Name);
                bool isShown = task.Value.GetString() == "ok";
                _ = isShown ? shown++ : refused++;
                if (!isShown)
                {
                    Assert.DoesNotContain(task.Name, listed);
                    foreach (Action ask in Questions(engine, upid)) Assert.Equal(task.Value.GetString(), Assert.Throws<PbsPermissionException>(ask).Message);
                    continue;
                }

                try
                {
                    Assert.Equal(task.Name, engine.Tasks.Get(upid, TestContext.Current.CancellationToken).Upid);
                }
                catch (PbsNotFoundException)
                {
                    // A line that is no entry, and no log: nothing is left of it.
                    Assert.DoesNotContain(task.Name, listed);
                }
            }
        }

        Assert.True(shown > 30 && refused > 100);
    }

    [Fact]
    public void Lines_that_are_no_entries_are_told_only_to_who_sees_every_task()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        foreach ((string caller, int count) in (ReadOnlySpan<(string, int)>)[("root@pam", 5), ("nobody@pbs", 0)])
        {
            List<ListingProblem> told = [];
            _ = Session(tree, caller).Tasks.List(new TaskQuery(), told.Add, TestContext.Current.CancellationToken).Count();
            Assert.Equal(count, told.Count);
        }
    }

    [Fact]
    public void Tasks_are_found_as_the_server_finds_them()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        PbsEngine engine = Session(tree, "root@pam");
        int found = 0;
        foreach (JsonElement item in Corpus.Json("tasks/tasks.json").RootElement.GetProperty("read-status").EnumerateArray())
        {
            if (item.TryGetProperty("error", out _) || item.GetProperty("text").GetString() == "unknown") continue;
            TaskInfo task = engine.Tasks.Get(Upid.Parse(item.GetProperty("upid").GetString()!), TestContext.Current.CancellationToken);
            Assert.Equal(item.GetProperty("text").GetString(), task.Status);
            Assert.Equal(item.GetProperty("endtime").GetInt64(), task.EndTime!.Value.ToUnixTimeSeconds());
            found++;
        }

        Assert.True(found > 30);
    }

    [Fact]
    public void Who_may_neither_see_nor_stop_learns_nothing_of_what_there_is()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        PbsEngine engine = Session(tree, "alice@pbs");
        Upid real = Upid.Parse(List(Session(tree, "root@pam"), new TaskQuery()).First(task => task.AuthId == "root@pam" && task.WorkerType == "verify").Upid);
        foreach (Upid upid in (Upid[])[real, Upid.Parse(Unseen)])
        {
            foreach (Action ask in Questions(engine, upid)) Assert.Equal("task access not allowed", Assert.Throws<PbsPermissionException>(ask).Message);
            Assert.Equal("missing permissions 'Sys.Modify' on '/system/tasks'",
                Assert.Throws<PbsPermissionException>(() => engine.Tasks.Stop(upid, TestContext.Current.CancellationToken)).Message);
        }
    }

    [Fact]
    public void A_user_sees_his_tokens_tasks_and_does_not_stop_them()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        PbsEngine engine = Session(tree, "alice@pbs");
        TaskInfo ofToken = List(engine, new TaskQuery()).First(task => task.AuthId.Contains('!', StringComparison.Ordinal));
        Assert.Throws<PbsPermissionException>(() => engine.Tasks.Stop(Upid.Parse(ofToken.Upid), TestContext.Current.CancellationToken));
        Assert.Equal(ofToken.Upid, Session(tree, ofToken.AuthId).Tasks.Stop(Upid.Parse(ofToken.Upid), TestContext.Current.CancellationToken).Upid);
    }

    [Fact]
    public void Running_tasks_are_told_from_dead_ones()
    {
        using TaskTree tree = TaskTree.Packed("running");
        PbsEngine engine = Session(tree, "root@pam");
        TaskInfo[] running = List(engine, new TaskQuery { Running = true });
        Assert.NotEmpty(running);
        Assert.All(running, task => Assert.True(task is { Running: true, EndTime: null, Outcome: null, Status: "running", Problem: null }));
        Assert.Equal(List(engine, new TaskQuery()).Length - running.Length, List(engine, new TaskQuery { Running = false }).Length);
        File.WriteAllText(tree.Folder.LogPath(Upid.Parse(running[0].Upid))!, "2024-05-09T20:00:00+00:00: at work\n");
        tree.Processes.End(running[0].Pid);
        Assert.DoesNotContain(running[0].Upid, List(engine, new TaskQuery { Running = true }).Select(task => task.Upid));
        TaskInfo dead = engine.Tasks.Get(Upid.Parse(running[0].Upid), TestContext.Current.CancellationToken);
        Assert.Equal(("unknown", TaskStateKind.Unknown), (dead.Status, dead.Outcome));
        Assert.StartsWith($"process {dead.Pid} is gone", dead.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_of_logs_without_a_lock_is_read_and_stays_as_it_is()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        File.Delete(tree.Folder.Lock);
        string[] before = Files(tree);
        PbsEngine engine = Session(tree, "root@pam");
        TaskInfo[] tasks = List(engine, new TaskQuery());
        Assert.Equal(63, tasks.Length);
        foreach (TaskInfo task in tasks) engine.Tasks.Get(Upid.Parse(task.Upid), TestContext.Current.CancellationToken);
        Assert.Equal(before, Files(tree));
    }

    [Fact]
    public void All_tasks_since_a_moment_are_listed_whatever_their_order()
    {
        using TaskTree tree = TaskTree.Empty();
        File.WriteAllText(tree.Folder.Archive, string.Join('\n', [Line(3000, 3100), Line(1000, 1100), Line(3001, 3200)]) + "\n");
        Assert.Equal([3001, 3000], List(Session(tree, "root@pam"), new TaskQuery { Since = DateTimeOffset.FromUnixTimeSeconds(2000) }).Select(task => task.StartTime.ToUnixTimeSeconds()));

        static string Line(long start, long end) => $"UPID:pbs-one:00000001:00000001:00000000:{start:X8}:prune:x:root@pam: {end:X8} OK";
    }

    [Fact]
    public async Task A_task_without_a_log_folder_is_known_to_its_connection()
    {
        var connection = Connection.None;
        PbsEngine engine = new(connection);
        Assert.Throws<PbsArgumentException>(() => engine.Tasks.List(new TaskQuery(), _ => { }, TestContext.Current.CancellationToken));
        using var ready = new ManualResetEventSlim();
        using RunningTask task = connection.Workers.Start("verify", "store1", Authid.Root, context =>
        {
            context.Log("first");
            ready.Set();
            context.Cancellation.WaitHandle.WaitOne();
            context.Cancellation.ThrowIfCancellationRequested();
        }, TestContext.Current.CancellationToken);
        task.StopListening();
        ready.Wait(TestContext.Current.CancellationToken);
        Assert.Equal((task.Upid.ToString(), "running"), List(engine, new TaskQuery()).Select(t => (t.Upid, t.Status)).Single());
        Assert.Null(engine.Tasks.Wait(task.Upid, TimeSpan.Zero, TestContext.Current.CancellationToken));
        engine.Tasks.Stop(task.Upid, TestContext.Current.CancellationToken);
        string[] lines = [.. engine.TaskLogs.Read(task.Upid, new TaskLogQuery { Follow = true }, TestContext.Current.CancellationToken).Select(line => line.Message)];
        Assert.Equal(["first", "received abort request ...", "TASK ERROR: abort requested - aborting task"], lines);
        Assert.Equal("abort requested - aborting task", engine.Tasks.Wait(task.Upid, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)!.Status);
        await task.Completion;
        TaskInfo ended = List(engine, new TaskQuery()).Single();
        Assert.True(ended.EndTime >= ended.StartTime);
        Assert.Equal(2, engine.TaskLogs.Read(task.Upid, new TaskLogQuery { Tail = 2 }, TestContext.Current.CancellationToken).Count());
    }

    public void Dispose() => _config.Dispose();

    private static Action[] Questions(PbsEngine engine, Upid upid) =>
    [
        () => engine.Tasks.Get(upid, CancellationToken.None),
        () => engine.TaskLogs.Read(upid, new TaskLogQuery(), CancellationToken.None),
        () => engine.Tasks.Wait(upid, TimeSpan.Zero, CancellationToken.None),
    ];

    private static TaskInfo[] List(PbsEngine engine, TaskQuery query) => [.. engine.Tasks.List(query, static _ => { }, TestContext.Current.CancellationToken)];

    private static string[] Files(TaskTree tree) => [.. Directory.EnumerateFileSystemEntries(tree.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}")];

    private PbsEngine Session(TaskTree tree, string caller) => new(
        Connection.Local(new ConnectionOptions { ConfigRoot = _config.Root, LogRoot = tree.Root, AuthId = Authid.Parse(caller) }),
        new EngineOptions { Tasks = tree.Folder });
}
