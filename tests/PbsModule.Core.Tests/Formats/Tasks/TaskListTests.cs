using System.Text;
using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Task lists against what the real server lists, in its order (golden tasks/*.json). Reading them writes nothing.</summary>
public class TaskListTests
{
    [Theory]
    [InlineData("tasks")]
    [InlineData("index")]
    [InlineData("running")]
    public void Tasks_are_listed_as_PBS_lists_them(string name)
    {
        using TaskTree tree = TaskTree.Packed(name);
        JsonElement answers = Corpus.Json($"tasks/{name}.json").RootElement;
        JsonElement expected = name == "tasks" ? answers.GetProperty("iter") : name == "index" ? answers.GetProperty("iter").GetProperty("list") : answers.GetProperty("iter-all").GetProperty("list");
        string before = Fingerprint(tree.Root);
        foreach (TaskDamage damage in new[] { TaskDamage.AsServer, TaskDamage.ReadOn }) Same(expected, Read(tree, damage, out _));
        Assert.Equal(before, Fingerprint(tree.Root));
        Conformance.Agrees(Conformance.Tasks, $"tree {name}");
    }

    [Fact]
    public void The_newest_tasks_are_had_without_reading_the_oldest_lines()
    {
        using TaskTree tree = TaskTree.Empty();
        const string last = "UPID:n:00000001:00000001:00000002:65000000:prune:x:root@pam: 65000001 OK";
        File.WriteAllText(tree.Folder.Archive, $"no entry\n{last}\n");
        List<ListingProblem> problems = [];
        TaskListEntry newest = new TaskLists(tree.Folder).Read(false, TaskDamage.ReadOn, problems.Add, TestContext.Current.CancellationToken).First();
        Assert.Equal(last, newest.ToString());
        Assert.Empty(problems);
    }

    [Fact]
    public void A_fifo_where_a_file_belongs_is_not_waited_at()
    {
        Skip.Unless(OperatingSystem.IsLinux(), "mkfifo as it is on Linux");
        NativeCodeTests.SkipWithoutCalls(".NET alone cannot open a fifo without waiting");
        using TaskTree tree = TaskTree.Packed("tasks");
        Upid upid = Upid.Parse(Corpus.Json("tasks/tasks.json").RootElement.GetProperty("read-status")[0].GetProperty("upid").GetString()!);
        foreach (string path in (string[])[tree.Folder.Active, tree.Folder.Archive, tree.Folder.Lock, tree.Folder.LogPath(upid)!])
        {
            File.Delete(path);
            RawNames.CreateFifo(path);
        }

        List<ListingProblem> problems = [];
        Assert.NotEmpty(new TaskLists(tree.Folder).Read(false, TaskDamage.ReadOn, problems.Add, TestContext.Current.CancellationToken));
        Assert.Equal([tree.Folder.Active, tree.Folder.Archive], problems.Where(p => p.Kind == ListingProblemKind.Error).Select(p => p.Target));
        Assert.Throws<OsErrorException>(() => TaskLogFile.ReadState(tree.Folder, upid));
        Assert.Throws<OsErrorException>(() => new TaskLogReader(tree.Folder.LogPath(upid)!));
    }

    [Fact]
    public void Only_running_tasks_are_listed_on_request()
    {
        using TaskTree tree = TaskTree.Packed("running");
        List<TaskListEntry> tasks = [.. new TaskLists(tree.Folder).Read(true, TaskDamage.AsServer, Unexpected, TestContext.Current.CancellationToken)];
        Same(Corpus.Json("tasks/running.json").RootElement.GetProperty("iter-active-only").GetProperty("list"), tasks);
    }

    [Fact]
    public void Lines_that_are_no_entries_are_told_in_PBSs_words()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        Read(tree, TaskDamage.AsServer, out List<string> problems);
        Assert.Equal(Corpus.Json("tasks/tasks.json").RootElement.GetProperty("iter-log").EnumerateArray().Select(l => l.GetString()!["WARN: ".Length..]), problems);
    }

    [Fact]
    public void The_state_of_every_log_is_read_as_PBS_reads_it()
    {
        foreach (string name in new[] { "tasks", "oddlogs" })
        {
            using TaskTree tree = TaskTree.Packed(name);
            JsonElement answers = Corpus.Json($"tasks/{name}.json").RootElement;
            foreach (JsonElement item in answers.GetProperty(name == "tasks" ? "read-status" : "cases").EnumerateArray())
            {
                Upid upid = Upid.Parse(item.GetProperty("upid").GetString()!);
                if (item.TryGetProperty("error", out JsonElement error))
                {
                    Exception e = Assert.ThrowsAny<Exception>(() => TaskLogFile.ReadState(tree.Folder, upid));
                    Assert.Equal(error.GetString(), e is PbsFormatException format ? format.Reason : e.Message);
                }
                else
                {
                    SameState(item, TaskLogFile.ReadState(tree.Folder, upid));
                }

                Conformance.Agrees(Conformance.Tasks, $"state of {upid}");
            }
        }
    }

    [Fact]
    public void Every_log_lies_where_PBS_puts_it()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        foreach (JsonElement item in Corpus.Json("tasks/tasks.json").RootElement.GetProperty("upids").EnumerateArray())
        {
            string? path = tree.Folder.LogPath(Upid.Parse(item.GetProperty("to_string").GetString()!));
            Assert.Equal(Path.Combine(tree.Root, item.GetProperty("path").GetString()!), path);
        }

        Assert.Null(tree.Folder.LogPath(Upid.Parse("UPID:n:00000001:00000001:00000000:00000001:../../x::root@pam:")));
        Assert.Null(tree.Folder.LogPath(Upid.Parse("UPID:n:00000001:00000001:00000000:00000001:a\0b::root@pam:")));
    }

    [Fact]
    public void Filters_mean_what_they_mean_to_PBS()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        int count = 0;
        foreach (JsonElement list in Corpus.Json("tasks/lists.json").RootElement.GetProperty("lists").EnumerateArray())
        {
            // Refusals concern the parameters of the API; other callers than root are TaskAccessTests' business.
            if (list.TryGetProperty("error", out _) || list.GetProperty("auth").GetString() != "root@pam") continue;
            TaskFilter filter = FilterOf(list.GetProperty("params"));
            List<TaskListEntry> found = [.. filter.Apply(Read(tree, TaskDamage.AsServer, out _), _ => true)];
            string[] expected = Upids(list);
            Assert.True(expected.SequenceEqual(found.Select(t => t.Upid.ToString())), list.GetProperty("params").ToString());
            Assert.Equal(list.GetProperty("total").GetInt64(), filter.Start + found.Count + (filter.Limit > 0 && found.Count == filter.Limit ? 1 : 0));
            count++;
        }

        Assert.True(count > 40);
    }

    [Fact]
    public void Damaged_lists_are_read_as_PBS_reads_them()
    {
        JsonElement answers = Corpus.Json("tasks/broken.json").RootElement;
        foreach (JsonProperty item in answers.GetProperty("cases").EnumerateObject())
        {
            using TaskTree tree = TaskTree.Broken(item.Name, answers.GetProperty("now").GetInt64());
            var expected = item.Value.GetProperty("iter").EnumerateArray().ToList();
            string? error = expected.Count > 0 && (expected[^1].TryGetProperty("error", out JsonElement e) || expected[^1].TryGetProperty("iterator-error", out e)) ? e.GetString() : null;
            if (error is not null) expected.RemoveAt(expected.Count - 1);
            var problems = new List<ListingProblem>();
            var found = new List<TaskListEntry>();
            try
            {
                foreach (TaskListEntry task in new TaskLists(tree.Folder).Read(false, TaskDamage.AsServer, problems.Add, TestContext.Current.CancellationToken)) found.Add(task);
            }
            catch (PbsFormatException failure)
            {
                Assert.Equal("active-invalid-utf8", item.Name);
                problems.Add(new ListingProblem(failure.ErrorId, failure.Message, "", ListingProblemKind.Error, failure));
            }

            SameList(expected, found);
            string? reported = problems.SingleOrDefault(p => p.Kind == ListingProblemKind.Error)?.Exception is PbsFormatException format ? format.Reason : null;
            Assert.Equal((item.Name, error), (item.Name, reported));
            Assert.Equal(
                item.Value.GetProperty("log").EnumerateArray().Select(l => l.GetString()!["WARN: ".Length..]).Distinct(),
                problems.Where(p => p.Kind == ListingProblemKind.Warning).Select(p => p.Message));
            Conformance.Agrees(Conformance.Tasks, $"damaged list {item.Name}");
        }
    }

    [Theory]
    [InlineData("invalid-utf8-in-archive")]
    [InlineData("zst-truncated")]
    [InlineData("zst-content-not-zstd")]
    [InlineData("active-invalid-utf8")]
    public void Damaged_lists_are_read_as_far_as_they_are_whole(string name)
    {
        using TaskTree tree = TaskTree.Broken(name, 1715284800);
        List<TaskListEntry> found = Read(tree, TaskDamage.ReadOn, out List<string> problems);
        string[] whole = [.. Directory.EnumerateFiles(tree.Folder.Path, "a*").Where(f => !f.EndsWith(".zst", StringComparison.Ordinal))
            .SelectMany(f => Encoding.UTF8.GetString(File.ReadAllBytes(f)).Split('\n')).Where(l => TaskListEntry.TryParse(l, out _, out _))];
        Assert.NotEmpty(whole);
        Assert.NotEmpty(problems);
        Assert.Subset(found.Select(t => t.Upid.ToString()).ToHashSet(), whole.Select(l => l.Split(' ')[0]).ToHashSet());
    }

    [Fact]
    public void Torn_archives_yield_the_lines_before_the_tear()
    {
        NativeCodeTests.SkipWithoutCalls("the archive is packed with libzstd");
        using TaskTree tree = TaskTree.Empty();
        string[] lines = [.. Enumerable.Range(0, 5000).Select(i => $"UPID:n:00000001:00000001:{i:X8}:{1700000000 + (i * 977):X8}:prune:x{i * 31337 % 10007}:root@pam: {1700000000 + (i * 1013):X8} OK")];
        byte[] content = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), frame = new byte[content.Length + 1024];
        using (var zstd = new ZstdEncoder()) Assert.True(zstd.TryEncodeStreaming(content, frame, out int length) && (frame = frame[..length]).Length > 0);
        File.WriteAllText(tree.Folder.Archive, lines[0] + "\n");
        File.WriteAllBytes(tree.Folder.Archive + ".1.zst", frame[..(frame.Length * 9 / 10)]);
        List<TaskListEntry> found = Read(tree, TaskDamage.ReadOn, out List<string> problems);
        Assert.Contains("incomplete frame", Assert.Single(problems), StringComparison.Ordinal);
        Assert.InRange(found.Count, 100, 5000);
        Assert.Equal(lines[0].Split(' ')[0], found[^1].Upid.ToString());
        Assert.Single(Read(tree, TaskDamage.AsServer, out _));
    }

    [Fact]
    public void What_a_newer_server_writes_into_the_folder_is_passed_over()
    {
        using TaskTree tree = TaskTree.Packed("running");
        JsonElement expected = Corpus.Json("tasks/running.json").RootElement.GetProperty("iter-all").GetProperty("list");
        File.WriteAllText(Path.Combine(tree.Folder.Path, "journal.v9"), "{}");
        Directory.CreateDirectory(Path.Combine(tree.Folder.Path, "by-type"));
        File.AppendAllText(tree.Folder.Archive, "UPID2:pbs-one:0001:new form 17\n");
        Same(expected, Read(tree, TaskDamage.ReadOn, out List<string> problems));
        Assert.Single(problems);
    }

    [Fact]
    public void Hostile_lists_are_read_without_harm()
    {
        byte[][] samples = [.. Directory.EnumerateFiles(Corpus.PathOf("tasks/broken/lines")).Select(File.ReadAllBytes), File.ReadAllBytes(Corpus.PathOf("tasks/broken/active-garbage/active"))];
        MutationFuzz.Run(samples, input =>
        {
            List<TaskListEntry> entries = TaskListText.Parse(input, TaskDamage.ReadOn, _ => { });
            Assert.Equal(entries, TaskListText.ParseFromEnd(input, _ => { }).Reverse());
            List<TaskListEntry> again = TaskListText.Parse(TaskListText.Format(entries), TaskDamage.AsServer, _ => { });
            Assert.True(again.Count <= entries.Count);
        });
    }

    internal static string[] Upids(JsonElement list) => list.TryGetProperty("upids", out JsonElement upids)
        ? [.. upids.EnumerateArray().Select(u => u.GetString()!)]
        : [.. list.GetProperty("data").EnumerateArray().Select(t => t.GetProperty("upid").GetString()!)];

    internal static TaskFilter FilterOf(JsonElement parameters) => new()
    {
        Start = Number(parameters, "start") ?? 0,
        Limit = Number(parameters, "limit") ?? 50,
        Since = Number(parameters, "since"),
        Until = Number(parameters, "until"),
        RunningOnly = parameters.TryGetProperty("running", out JsonElement running) && running.GetBoolean(),
        ErrorsOnly = parameters.TryGetProperty("errors", out JsonElement errors) && errors.GetBoolean(),
        Store = parameters.TryGetProperty("store", out JsonElement store) ? store.GetString() : null,
        User = parameters.TryGetProperty("userfilter", out JsonElement user) ? user.GetString() : null,
        Type = parameters.TryGetProperty("typefilter", out JsonElement type) ? type.GetString() : null,
        Status = parameters.TryGetProperty("statusfilter", out JsonElement status)
            ? [.. status.EnumerateArray().Select(s => Enum.Parse<TaskStateKind>(s.GetString()!, ignoreCase: true))]
            : null,
    };

    internal static List<TaskListEntry> Read(TaskTree tree, TaskDamage damage, out List<string> problems)
    {
        var told = new List<string>();
        List<TaskListEntry> tasks = [.. new TaskLists(tree.Folder).Read(false, damage, p => told.Add(p.Message), CancellationToken.None)];
        problems = told;
        return tasks;
    }

    private static void Unexpected(ListingProblem problem) => Assert.Fail(problem.Message);

    private static long? Number(JsonElement parameters, string name) => parameters.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static void Same(JsonElement expected, List<TaskListEntry> found) => SameList([.. expected.EnumerateArray()], found);

    private static void SameList(List<JsonElement> expected, List<TaskListEntry> found)
    {
        Assert.Equal(expected.Select(i => i.GetProperty("upid").GetString()), found.Select(t => t.Upid.ToString()));
        foreach ((JsonElement item, TaskListEntry task) in expected.Zip(found))
        {
            Assert.Equal(item.TryGetProperty("endtime", out _), !task.IsRunning);
            if (task.State is { } state) SameState(item, state);
        }
    }

    private static void SameState(JsonElement item, TaskState state)
    {
        Assert.Equal(item.GetProperty("endtime").GetInt64(), state.EndTime);
        Assert.Equal(item.GetProperty("text").GetString(), state.Text);
        Assert.Equal(item.GetProperty("type").GetString(), state.Kind.ToString(), ignoreCase: true);
    }

    private static string Fingerprint(string root) => string.Join('\n', Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Order(StringComparer.Ordinal).Select(p => $"{p} {File.GetLastWriteTimeUtc(p).Ticks} {(File.Exists(p) ? new FileInfo(p).Length : 0)}"));
}
