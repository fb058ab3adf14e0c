using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Task logs and states, line by line, against the real server's answers (golden tasks/tasklog.json, status.json).</summary>
public class TaskLogTests
{
    [Fact]
    public void Logs_are_handed_out_as_PBS_does()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        var control = new TaskControl(tree.Folder);
        int count = 0;
        foreach (JsonElement item in Corpus.Json("tasks/tasklog.json").RootElement.EnumerateArray())
        {
            JsonElement parameters = item.GetProperty("params");
            if (parameters.TryGetProperty("download", out _) || item.GetProperty("auth").GetString() != "root@pam") continue;
            Upid upid = Upid.Parse(item.GetProperty("upid").GetString()!);
            if (item.TryGetProperty("error", out JsonElement error))
            {
                var missing = Assert.Throws<PbsNotFoundException>(() => control.ReadLog(upid, 0, 0, false, TestContext.Current.CancellationToken).ToList());
                Assert.EndsWith(error.GetString()!, missing.Message, StringComparison.Ordinal);
                continue;
            }

            long start = parameters.TryGetProperty("start", out JsonElement s) ? s.GetInt64() : 0;
            long limit = parameters.TryGetProperty("limit", out JsonElement l) ? l.GetInt64() : 50;
            JsonElement data = item.GetProperty("data");
            Assert.Equal(
                data.GetProperty("data").EnumerateArray().Select(line => new TaskLogLine(line.GetProperty("n").GetInt64(), line.GetProperty("t").GetString()!)),
                control.ReadLog(upid, start, limit, follow: false, TestContext.Current.CancellationToken));
            Assert.Equal(data.GetProperty("total").GetInt64(), control.ReadLog(upid, 0, 0, follow: false, TestContext.Current.CancellationToken).LongCount());
            if (data.TryGetProperty("active", out JsonElement active)) Assert.Equal(active.GetBoolean(), control.IsActive(upid));
            count++;
            Conformance.Agrees(Conformance.Tasks, $"log {upid}, {parameters}");
        }

        Assert.True(count > 30);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("running")]
    public void States_are_told_as_PBS_does(string name)
    {
        using TaskTree tree = TaskTree.Packed(name == "status" ? "tasks" : name);
        var control = new TaskControl(tree.Folder);
        JsonElement answers = Corpus.Json($"tasks/{name}.json").RootElement;
        foreach (JsonElement item in answers.GetProperty(name == "status" ? "status" : "status-and-log").EnumerateArray())
        {
            if (!item.TryGetProperty("data", out JsonElement data) || !data.TryGetProperty("status", out JsonElement status)) continue;
            TaskState? state = control.StateOf(Upid.Parse(item.GetProperty("upid").GetString()!));
            Assert.Equal(status.GetString() == "running", state is null);
            if (state is { } ended) Assert.Equal(data.GetProperty("exitstatus").GetString(), ended.Text);
            Conformance.Agrees(Conformance.Tasks, $"status of {item.GetProperty("upid").GetString()}");
        }
    }

    [Fact]
    public void A_log_is_followed_until_its_task_is_over()
    {
        using TaskTree tree = TaskTree.Packed("running");
        Upid upid = Upid.Parse(Corpus.Json("tasks/running.json").RootElement.GetProperty("created")[0].GetProperty("upid").GetString()!);
        string log = tree.Folder.LogPath(upid)!;
        int before = File.ReadAllLines(log).Length;
        var time = new SteppedTime
        {
            AfterPause = n =>
            {
                if (n == 1) File.AppendAllText(log, "2024-05-09T20:00:20+00:00: half of a li");
                else if (n == 2) File.AppendAllText(log, "ne\nsecond\n2024-05-09T20:00:21+00:00: TASK O");
                else if (n == 3) File.AppendAllText(log, "K");
                else tree.Processes.End(upid.Pid);
            },
        };
        var control = new TaskControl(new TaskFolder(tree.Root, tree.Processes, tree.Folder.Mutations, time, "pbs-one"));
        string[] lines = [.. control.ReadLog(upid, 0, 0, follow: true, TestContext.Current.CancellationToken).Select(l => l.Text)];
        Assert.Equal(["2024-05-09T20:00:20+00:00: half of a line", "second", "2024-05-09T20:00:21+00:00: TASK OK"], lines[before..]);
        Assert.Equal(4, time.Pauses.Count);
        Assert.Equal("OK", control.Wait(upid, TimeSpan.Zero, TestContext.Current.CancellationToken)!.Value.Text);
    }

    [Fact]
    public void Waiting_for_a_task_has_a_limit()
    {
        using TaskTree tree = TaskTree.Packed("running");
        Upid upid = Upid.Parse(Corpus.Json("tasks/running.json").RootElement.GetProperty("created")[0].GetProperty("upid").GetString()!);
        Assert.Null(new TaskControl(tree.Folder).Wait(upid, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.InRange(tree.Time.Passed, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public void A_line_without_end_is_handed_out_in_pieces()
    {
        using TaskTree tree = TaskTree.Empty();
        string path = Path.Combine(tree.Root, "log");
        File.WriteAllText(path, new string('x', 3_000_000) + "\nend");
        using var reader = new TaskLogReader(path);
        long length = 0;
        while (reader.TryRead(isComplete: false, out string line)) length += line.Length;
        Assert.Equal(3_000_000, length);
        Assert.True(reader.TryRead(isComplete: true, out string last));
        Assert.Equal("end", last);
    }
}
