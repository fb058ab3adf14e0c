using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Worker tasks: what they write and tell, how they stop, and what is left when their process ends anywhere.</summary>
public class RunningTaskTests
{
    private const string LateInTheDay = "2024-05-09T22:00:00+02:00";

    public RunningTaskTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public async Task A_task_leaves_what_a_servers_task_leaves()
    {
        using TaskTree tree = Tree();
        var runner = new TaskRunner(tree.Folder);
        using var gate = new ManualResetEventSlim();
        using RunningTask task = runner.Start("verify", "main:ns/a/vm/100", Authid.Parse("alice@pbs!t1"), context =>
        {
            context.Log("first\nline");
            gate.Wait(TestContext.Current.CancellationToken);
            context.Log("second");
        }, TestContext.Current.CancellationToken);
        Assert.Equal($@"UPID:pbs-one:{Environment.ProcessId:X8}:{ProcessTable.Default.Current.Start:X8}:00000000:663D2B40:verify:main\x3ans-a-vm-100:alice@pbs!t1:", task.Upid.ToString());
        Assert.Equal($"{task.Upid}\n", tree.Text("active"));
        Assert.Equal([task], runner.Tasks);
        var control = new TaskControl(tree.Folder);
        Assert.Null(control.StateOf(task.Upid));
        Assert.True(Assert.Single(TaskListTests.Read(tree, TaskDamage.AsServer, out _)).IsRunning);

        gate.Set();
        TaskState state = await task.Completion;
        Assert.Equal(new TaskState(TaskStateKind.Ok, 1715284800), state);
        Assert.Null(task.Failure);
        Assert.Null(task.LogInMemoryReason);
        Assert.Equal($"{LateInTheDay}: first\nline\n{LateInTheDay}: second\n{LateInTheDay}: TASK OK\n", File.ReadAllText(tree.Folder.LogPath(task.Upid)!));
        Assert.Equal("", tree.Text("active"));
        Assert.Equal($"{task.Upid} 663D2B40 OK\n", tree.Text("archive"));
        Assert.Equal("OK", control.StateOf(task.Upid)!.Value.Text);
        Assert.Equal(["first\nline", "second"], await MessagesOf(task));
        SpinWait.SpinUntil(() => runner.Tasks.Count == 0, TimeSpan.FromSeconds(10));
        Assert.Empty(runner.Tasks);
    }

    [Fact]
    public async Task Warnings_are_counted_and_results_told_in_order()
    {
        using TaskTree tree = Tree();
        var cause = new PbsStorageException(PbsErrorId.FileUnreadable, "cause");
        using RunningTask task = new TaskRunner(tree.Folder).Start("prune", "main", Authid.Root, context =>
        {
            context.Warn("one", cause);
            context.Emit(17);
            context.Report(new TaskProgress("prune", null, 1, 2));
            context.Warn("two");
            Assert.Equal(2, context.Warnings);
        }, TestContext.Current.CancellationToken);
        Assert.Equal("WARNINGS: 2", (await task.Completion).Text);
        List<TaskEvent> events = await EventsOf(task);
        Assert.Equal([typeof(TaskMessageEvent), typeof(TaskItemEvent), typeof(TaskProgressEvent), typeof(TaskMessageEvent)], events.Select(e => e.GetType()));
        Assert.Equal((TaskLogLevel.Warning, "one", cause), events[0] is TaskMessageEvent m ? (m.Level, m.Message, m.Cause) : default);
        Assert.Equal(17, ((TaskItemEvent)events[1]).Item);
        Assert.Contains($"{LateInTheDay}: WARN: one\n", File.ReadAllText(tree.Folder.LogPath(task.Upid)!), StringComparison.Ordinal);
        Assert.EndsWith(" WARNINGS: 2\n", tree.Text("archive"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_the_tasks_error()
    {
        using TaskTree tree = Tree();
        using RunningTask task = new TaskRunner(tree.Folder).Start("prune", "main", Authid.Root, _ => throw new PbsConflictException(PbsErrorId.GroupLocked, "no\nway"), TestContext.Current.CancellationToken);
        Assert.Equal("no way", (await task.Completion).Text);
        Assert.IsType<PbsConflictException>(task.Failure);
        Assert.EndsWith(": TASK ERROR: no way\n", File.ReadAllText(tree.Folder.LogPath(task.Upid)!), StringComparison.Ordinal);
        Assert.EndsWith(" no way\n", tree.Text("archive"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("OK")]
    [InlineData("unknown")]
    [InlineData("WARNINGS: x")]
    [InlineData("")]
    [InlineData("two\r\nlines")]
    public void Every_error_reads_back_as_an_error(string message)
    {
        string text = RunningTask.ErrorText(message);
        Assert.True(TaskState.TryParse(text, 0, out TaskState state, out _));
        Assert.Equal(TaskStateKind.Error, state.Kind);
        Assert.DoesNotContain('\n', text);
        Assert.InRange(RunningTask.ErrorText(new string('x', 100_000)).Length, 1000, 8000);
    }

    [Fact]
    public async Task A_stopped_task_ends_as_PBSs_do()
    {
        using TaskTree tree = Tree();
        using RunningTask task = new TaskRunner(tree.Folder).Start("verify", "main", Authid.Root, UntilStopped, TestContext.Current.CancellationToken);
        task.Stop();
        task.Stop();
        Assert.Equal("abort requested - aborting task", (await task.Completion).Text);
        Assert.Equal($"{LateInTheDay}: received abort request ...\n{LateInTheDay}: TASK ERROR: abort requested - aborting task\n", File.ReadAllText(tree.Folder.LogPath(task.Upid)!));
        task.Stop();
    }

    [Fact]
    public async Task Stopping_frees_a_worker_whose_results_nobody_takes()
    {
        using TaskTree tree = Tree();
        RunningTask task = new TaskRunner(tree.Folder).Start("verify", "main", Authid.Root, context =>
        {
            while (true)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Emit(1);
            }
        }, TestContext.Current.CancellationToken);
        task.Stop();
        Assert.Equal(TaskStateKind.Error, (await task.Completion).Kind);
        task.Dispose();

        using RunningTask unheard = new TaskRunner(tree.Folder).Start("verify", "main", Authid.Root, context =>
        {
            for (int i = 0; i < 100_000; i++) context.Emit(i);
        }, TestContext.Current.CancellationToken);
        unheard.StopListening();
        Assert.Equal(TaskStateKind.Ok, (await unheard.Completion).Kind);
    }

    [Fact]
    public async Task Two_runspaces_of_one_process_number_their_tasks_apart_and_see_each_others()
    {
        using TaskTree tree = Tree();
        using RunningTask first = new TaskRunner(tree.Folder).Start("verify", "main", Authid.Root, UntilStopped, TestContext.Current.CancellationToken);
        using RunningTask second = new TaskRunner(tree.Folder).Start("verify", "main", Authid.Root, UntilStopped, TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Upid, second.Upid);
        var control = new TaskControl(tree.Folder);
        Assert.True(control.IsActive(first.Upid) && control.IsActive(second.Upid));
        first.Stop();
        await first.Completion;
        Assert.False(control.IsActive(first.Upid));
        Assert.True(control.IsActive(second.Upid));
        Assert.Equal($"{second.Upid}\n", tree.Text("active"));
    }

    [Fact]
    public void A_task_of_another_process_is_stopped_on_request()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tasks"]);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "task", "Shared", folder.Root));
        TaskFolder tasks = Real(folder);
        Upid upid = Assert.Single(Listed(tasks)).Upid;
        var control = new TaskControl(tasks);
        Assert.Null(control.StateOf(upid));
        control.RequestStop(upid, TestContext.Current.CancellationToken);
        Assert.Equal("abort requested - aborting task", control.Wait(upid, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)!.Value.Text);
    }

    [Fact]
    public async Task A_killed_task_is_shown_as_such_and_moved_by_the_next_one()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["tasks"]);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "task", "Shared", folder.Root));
        TaskFolder tasks = Real(folder);
        Assert.True(Assert.Single(Listed(tasks)).IsRunning);
        other.Kill();
        Assert.Equal(TaskStateKind.Unknown, Assert.Single(Listed(tasks)).State!.Value.Kind);
        using RunningTask next = new TaskRunner(tasks).Start("verify", "main", Authid.Root, _ => { }, TestContext.Current.CancellationToken);
        await next.Completion;
        Assert.Equal(["OK", "unknown"], Listed(tasks).Select(t => t.State!.Value.Text).Order(StringComparer.Ordinal));
        Assert.Equal("", File.ReadAllText(tasks.Active));
    }

    [Fact]
    public void A_daemons_task_cannot_be_stopped_from_here()
    {
        using TaskTree tree = TaskTree.Packed("running");
        Upid upid = Upid.Parse(tree.Text("active").Split('\n')[0]);
        var error = Assert.Throws<PbsConflictException>(() => new TaskControl(tree.Folder).RequestStop(upid, TestContext.Current.CancellationToken));
        Assert.Equal(PbsErrorId.TaskNotStoppable, error.ErrorId);
    }

    [Fact]
    public async Task Without_a_log_root_the_log_is_kept_in_memory()
    {
        using var folder = new TemporaryFolder();
        var tasks = new TaskFolder(folder["log"], ProcessTable.Default, FileMutations.Default, new SteppedTime());
        var runner = new TaskRunner(tasks);
        using RunningTask task = runner.Start("verify", "main", Authid.Root, context => context.Log("a\nb"), TestContext.Current.CancellationToken);
        Assert.Equal("OK", (await task.Completion).Text);
        Assert.Contains(folder["log"], task.LogInMemoryReason, StringComparison.Ordinal);
        Assert.Equal(["2024-05-09T20:00:00+00:00: a", "b", "2024-05-09T20:00:00+00:00: TASK OK"], task.LogInMemory);
        Assert.Same(task, runner.Find(task.Upid));
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task On_a_full_disk_no_line_is_torn_and_the_log_follows_when_there_is_room()
    {
        using TaskTree tree = Tree();
        int before = ChangesUntilWork(tree);
        var mutations = new RecordedMutations(Fault.DiskFull, before + 2);
        string[] full = [], later = [];
        string? reason = null;
        RunningTask? self = null;
        using var known = new ManualResetEventSlim();
        using RunningTask task = self = new TaskRunner(tree.FolderWith(mutations)).Start("verify", "main", Authid.Root, context =>
        {
            known.Wait(TestContext.Current.CancellationToken);
            context.Log("first");
            context.Log("of two\nlines");
            context.Log("kept");
            full = Lines(tree, context.Upid);
            reason = self!.LogInMemoryReason;
            Assert.Equal(["of two", "lines", "kept"], self.LogInMemory.Select(Message));
            tree.Time.Passed += TimeSpan.FromSeconds(2);
            context.Log("room again");
            later = Lines(tree, context.Upid);
        }, TestContext.Current.CancellationToken);
        known.Set();
        Assert.Equal("OK", (await task.Completion).Text);
        Assert.Equal(["first", ""], full.Select(Message));
        Assert.Contains("No space left on device", reason, StringComparison.Ordinal);
        Assert.Equal(["first", "of two", "lines", "kept", "room again", ""], later.Select(Message));
        Assert.Equal(["first", "of two", "lines", "kept", "room again", "TASK OK", ""], Lines(tree, task.Upid).Select(Message));
        Assert.Null(task.LogInMemoryReason);
        Assert.Empty(task.LogInMemory);
        Assert.EndsWith(" OK\n", tree.Text("archive"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_disk_that_stays_full_the_task_goes_on_in_memory_and_the_lists_know_how_it_ended()
    {
        using TaskTree tree = Tree();
        FailingMutations? mutations = null;
        mutations = new FailingMutations(OsError.ENOSPC, path =>
        {
            // By then the last line was tried, too.
            if (path == tree.Folder.Archive && mutations!.FailsWrites) mutations.FailsWrites = false;
            return false;
        });
        using RunningTask task = new TaskRunner(tree.FolderWith(mutations)).Start("verify", "main", Authid.Root, context =>
        {
            context.Log("written");
            mutations.FailsWrites = true;
            context.Warn("kept");
        }, TestContext.Current.CancellationToken);
        Assert.Equal("WARNINGS: 1", (await task.Completion).Text);
        Assert.Contains("No space left on device", task.LogInMemoryReason, StringComparison.Ordinal);
        Assert.Equal(["WARN: kept", "TASK WARNINGS: 1"], task.LogInMemory.Select(Message));
        Assert.Equal(["written", ""], Lines(tree, task.Upid).Select(Message));
        Assert.Equal($"{task.Upid} 663D2B40 WARNINGS: 1\n", tree.Text("archive"));
        Assert.Equal("", tree.Text("active"));
    }

    [Fact]
    public async Task A_task_that_could_not_be_entered_in_the_lists_when_it_began_is_in_them_when_it_has_ended()
    {
        using TaskTree tree = Tree();
        bool isFull = true;
        var mutations = new FailingMutations(OsError.ENOSPC, path => isFull && path.StartsWith(tree.Folder.Active, StringComparison.Ordinal));
        using RunningTask task = new TaskRunner(tree.FolderWith(mutations)).Start("verify", "main", Authid.Root, context =>
        {
            context.Log("makes room");
            isFull = false;
        }, TestContext.Current.CancellationToken);
        Assert.Equal("OK", (await task.Completion).Text);
        Assert.Equal($"{task.Upid} 663D2B40 OK\n", tree.Text("archive"));
        Assert.Equal("", tree.Text("active"));
    }

    [Fact]
    public async Task Who_stops_a_task_too_late_does_not_spoil_its_end()
    {
        using TaskTree tree = Tree();
        RunningTask? self = null;
        bool isWorkDone = false;
        using var known = new ManualResetEventSlim();
        var mutations = new FailingMutations(0, path =>
        {
            // The last line is written, the lists are not.
            if (isWorkDone && path == tree.Folder.Archive) self!.Stop();
            return false;
        });
        using RunningTask task = self = new TaskRunner(tree.FolderWith(mutations)).Start("verify", "main", Authid.Root, context =>
        {
            known.Wait(TestContext.Current.CancellationToken);
            context.Log("at work");
            isWorkDone = true;
        }, TestContext.Current.CancellationToken);
        known.Set();
        Assert.Equal("OK", (await task.Completion).Text);
        Assert.Equal(["at work", "TASK OK", ""], Lines(tree, task.Upid).Select(Message));
        Assert.Equal($"{task.Upid} 663D2B40 OK\n", tree.Text("archive"));
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_task_that_ends_anywhere_leaves_readable_lists_and_nothing_of_roots(Fault fault)
    {
        for (int n = 1; ; n++)
        {
            using TaskTree tree = Tree();
            if (AtomicFileTests.IsRoot)
            {
                FileMutations.Default.SetOwner(tree.Root, new FileOwner(34, 34));
                FileMutations.Default.SetOwner(tree.Folder.Path, new FileOwner(34, 34));
            }

            var mutations = new RecordedMutations(fault, n);
            try
            {
                TaskFolder tasks = tree.FolderWith(mutations);
                TaskLog log = TaskLog.Create(tasks, number => new Upid("pbs-one", Environment.ProcessId, ProcessTable.Default.Current.Start, number, tasks.Now, "verify", "main", "root@pam"), () => 0);
                var task = new RunningTask(tasks, log, TestContext.Current.CancellationToken);
                task.Announce();
                task.Run(context => context.Log("at work"));
            }
            catch (Exception e) when (e is KilledException or OsErrorException)
            {
                Assert.True(mutations.Failed && fault != Fault.DiskFull);
            }

            List<TaskListEntry> listed = TaskListTests.Read(tree, TaskDamage.ReadOn, out _);
            Assert.InRange(listed.Count, 0, 1);
            Assert.All(listed, t => Assert.False(t.IsRunning));
            if (!mutations.Failed) Assert.Equal("OK", Assert.Single(listed).State!.Value.Text);
            if (AtomicFileTests.IsRoot) Assert.All(NamedFiles(tree), path => Assert.Equal(new FileOwner(34, 34), FileStatus.TryOf(path, out int _)!.Value.Owner));
            new TaskUpdate(tree.Folder).Run(null, null, TestContext.Current.CancellationToken);
            if (!mutations.Failed) break;
        }
    }

    private static TaskTree Tree()
    {
        TaskTree tree = TaskTree.Empty(zone: TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x"));
        return tree;
    }

    private static int ChangesUntilWork(TaskTree tree)
    {
        var mutations = new RecordedMutations();
        int count = 0;
        using RunningTask task = new TaskRunner(tree.FolderWith(mutations)).Start("verify", "main", Authid.Root, _ => count = mutations.Changes.Count, CancellationToken.None);
        task.Completion.Wait();
        foreach (string file in Directory.EnumerateFiles(tree.Folder.Path, "*", SearchOption.AllDirectories)) File.Delete(file);
        foreach (string logs in Directory.EnumerateDirectories(tree.Folder.Path)) Directory.Delete(logs);
        return count;
    }

    private static IEnumerable<string> NamedFiles(TaskTree tree) => Directory.EnumerateFileSystemEntries(tree.Folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Where(p => !p.Contains(".tmp_", StringComparison.Ordinal));

    private static string[] Lines(TaskTree tree, Upid upid) => File.ReadAllText(tree.Folder.LogPath(upid)!).Split('\n');

    private static string Message(string line) => TaskLogText.Split(line).Message;

    private static void UntilStopped(TaskContext context)
    {
        context.Cancellation.WaitHandle.WaitOne();
        context.Cancellation.ThrowIfCancellationRequested();
    }

    private static TaskFolder Real(TemporaryFolder folder) => new(folder.Root, ProcessTable.Default, FileMutations.Default, TimeProvider.System);

    private static List<TaskListEntry> Listed(TaskFolder tasks) => [.. new TaskLists(tasks).Read(false, TaskDamage.AsServer, p => Assert.Fail(p.Message), CancellationToken.None)];

    private static async Task<List<TaskEvent>> EventsOf(RunningTask task)
    {
        var events = new List<TaskEvent>();
        await foreach (TaskEvent e in task.Events.ReadAllAsync(TestContext.Current.CancellationToken)) events.Add(e);
        return events;
    }

    private static async Task<IEnumerable<string>> MessagesOf(RunningTask task) => (await EventsOf(task)).OfType<TaskMessageEvent>().Select(e => e.Message);
}
