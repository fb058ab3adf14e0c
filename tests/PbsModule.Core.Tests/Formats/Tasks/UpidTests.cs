using System.Text;
using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>UPID texts against what a real PBS accepts, says and prints (golden tasks/upids.json, tasks.json).</summary>
public class UpidTests
{
    public static IEnumerable<JsonElement> Table => Corpus.Json("tasks/upids.json").RootElement.GetProperty("table").EnumerateArray();

    [Fact]
    public void Upids_are_accepted_refused_and_printed_as_PBS_does()
    {
        int count = 0;
        foreach (JsonElement item in Table)
        {
            string input = item.GetProperty("input").GetString()!;
            bool parsed = Upid.TryParse(input, out Upid? upid, out string? error);
            if (item.TryGetProperty("ok", out JsonElement ok)) CheckFields(ok, upid, $"{input}: {error}");
            else if (item.TryGetProperty("error", out JsonElement expected)) Assert.Equal(expected.GetString(), error);
            else Assert.False(parsed, $"{input}: the real one panics");
            count++;
            Conformance.Agrees(Conformance.Tasks, $"name {input}");
        }

        Assert.Equal(118, count);
    }

    [Fact]
    public void The_upids_of_a_server_round_trip()
    {
        foreach (JsonElement item in Corpus.Json("tasks/tasks.json").RootElement.GetProperty("upids").EnumerateArray())
        {
            CheckFields(item, Upid.Parse(item.GetProperty("to_string").GetString()!), "");
        }
    }

    [Fact]
    public void What_PBS_would_not_create_is_refused()
    {
        foreach (JsonElement item in Corpus.Json("tasks/tasks.json").RootElement.GetProperty("worker-creation-rejected").EnumerateArray())
        {
            string[] args = [.. item.GetProperty("args").EnumerateArray().Select(a => a.GetString()!)];
            var error = Assert.Throws<PbsArgumentException>(() => new Upid("n", 1, 1, 0, 1, args[0], args[1], args[2]));
            Assert.Equal(item.GetProperty("error").GetString(), error.Message);
        }
    }

    [Theory]
    [InlineData("store1:vm/100/5F9C1234", @"store1\x3avm-100-5F9C1234")]
    [InlineData("store1:/vm/100", @"store1\x3a-vm-100")]
    [InlineData("store1:ns/a/ns/b/vm/100", @"store1\x3ans-a-ns-b-vm-100")]
    [InlineData("store1::vm/100", @"store1\x3a\x3avm-100")]
    [InlineData("my-store", @"my\x2dstore")]
    [InlineData(".a.b", @"\x2ea.b")]
    public void Worker_ids_are_escaped_as_unit_names(string plain, string escaped)
    {
        Assert.Equal(escaped, UnitName.Escape(plain));
        Assert.True(UnitName.TryUnescape(escaped, out string? back, out _));
        Assert.Equal(plain, back);
    }

    [Fact]
    public void Hostile_upids_are_refused_without_harm()
    {
        byte[][] samples = [.. Table.Select(i => Encoding.UTF8.GetBytes(i.GetProperty("input").GetString()!)).Where(b => b.Length < 400)];
        MutationFuzz.Run(samples, input =>
        {
            if (!Upid.TryParse(Encoding.UTF8.GetString(input), out Upid? upid, out _)) return;
            Assert.Equal(upid, Upid.Parse(upid.ToString()));
        });
    }

    private static void CheckFields(JsonElement expected, Upid? upid, string because)
    {
        Assert.True(upid is not null, because);
        Assert.Equal(expected.GetProperty("node").GetString(), upid.Node);
        Assert.Equal(expected.GetProperty("pid").GetInt32(), upid.Pid);
        Assert.Equal(expected.GetProperty("pstart").GetUInt64(), upid.PStart);
        Assert.Equal(expected.GetProperty("starttime").GetInt64(), upid.StartTime);
        Assert.Equal(expected.GetProperty("worker_type").GetString(), upid.WorkerType);
        Assert.Equal(expected.GetProperty("worker_id").GetString(), upid.WorkerId);
        Assert.Equal(expected.GetProperty("auth_id").GetString(), upid.AuthId);
        Assert.Equal(expected.GetProperty("to_string").GetString(), upid.ToString());

        Assert.Equal(expected.GetProperty("task_id").GetUInt64(), upid.TaskId);
    }
}
