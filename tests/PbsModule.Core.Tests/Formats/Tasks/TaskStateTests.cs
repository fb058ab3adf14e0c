using System.Text;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Result texts and last log lines, with the cases PBS is known to read in a surprising way.</summary>
public class TaskStateTests
{
    private const long Start = 1711828700;

    [Theory]
    [InlineData("OK", TaskStateKind.Ok, "OK")]
    [InlineData("unknown", TaskStateKind.Unknown, "unknown")]
    [InlineData("WARNINGS: 2", TaskStateKind.Warning, "WARNINGS: 2")]
    [InlineData("WARNINGS: +4", TaskStateKind.Warning, "WARNINGS: 4")]
    [InlineData("WARNINGS: 07", TaskStateKind.Warning, "WARNINGS: 7")]
    [InlineData("WARNINGS: 18446744073709551615", TaskStateKind.Warning, "WARNINGS: 18446744073709551615")]
    [InlineData("WARNINGS", TaskStateKind.Error, "WARNINGS")]
    [InlineData("ERROR: nested", TaskStateKind.Error, "nested")]
    [InlineData("ERROR: OK", TaskStateKind.Error, "OK")]
    [InlineData("OK ", TaskStateKind.Error, "OK ")]
    [InlineData(" ", TaskStateKind.Error, " ")]
    public void A_state_text_is_read_as_PBS_reads_it(string text, TaskStateKind kind, string printed)
    {
        Assert.True(TaskState.TryParse(text, Start, out TaskState state, out _));
        Assert.Equal(kind, state.Kind);
        Assert.Equal(printed, state.Text);
        Assert.Equal(Start, state.EndTime);
    }

    [Theory]
    [InlineData("", "unable to parse Task Status ''")]
    [InlineData("WARNINGS: ", "cannot parse integer from empty string")]
    [InlineData("WARNINGS: x", "invalid digit found in string")]
    [InlineData("WARNINGS: -4", "invalid digit found in string")]
    [InlineData("WARNINGS: 18446744073709551616", "number too large to fit in target type")]
    public void A_state_text_that_PBS_refuses_is_refused_in_its_words(string text, string expected)
    {
        Assert.False(TaskState.TryParse(text, Start, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("FFFFFFFF", 0xFFFFFFFF, null)]
    [InlineData("66086f40", 0x66086F40, null)]
    [InlineData("-1", -1, null)]
    [InlineData("+1", 1, null)]
    [InlineData("-8000000000000000", long.MinValue, null)]
    [InlineData("", 0, "cannot parse integer from empty string")]
    [InlineData("-", 0, "invalid digit found in string")]
    [InlineData("XYZ", 0, "invalid digit found in string")]
    [InlineData("8000000000000000", 0, "number too large to fit in target type")]
    [InlineData("-8000000000000001", 0, "number too small to fit in target type")]
    public void Hexadecimal_times_are_read_as_PBS_reads_them(string text, long value, string? expected)
    {
        Assert.Equal(expected is null, NumberText.TryParseHex(text, out long actual, out string? error));
        Assert.Equal(expected, error);
        if (expected is null) Assert.Equal(value, actual);
    }

    [Fact]
    public void A_log_line_has_the_local_time_and_its_offset()
    {
        var time = new DateTimeOffset(2020, 11, 22, 10, 5, 1, TimeSpan.FromHours(1));
        Assert.Equal("2020-11-22T10:05:01+01:00: a\nb\n", TaskLogText.Format(time, "a\nb"));
        Assert.Equal("2020-11-22T09:05:01+00:00: x\n", TaskLogText.Format(time.ToUniversalTime(), "x"));
        Assert.Equal((time, "a: b"), TaskLogText.Split("2020-11-22T10:05:01+01:00: a: b"));
        Assert.Equal((null, "rest: of a message"), TaskLogText.Split("rest: of a message"));
    }

    [Fact]
    public void Lines_of_one_second_differ_in_nothing_from_lines_by_themselves()
    {
        var text = new TaskLogTime();
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(Start);
        DateTimeOffset[] times = [time, time.AddMilliseconds(999), time.AddSeconds(1), time, time.ToOffset(TimeSpan.FromHours(1)), time.AddSeconds(-1)];
        foreach (DateTimeOffset each in times) Assert.Equal(TaskLogText.Format(each, "x"), text.Format(each, "x"));
    }

    [Fact]
    public void What_ends_a_log_is_read_back()
    {
        TaskState[] states =
        [
            new(TaskStateKind.Ok, Start), new(TaskStateKind.Warning, Start, 3), new(TaskStateKind.Error, Start, Message: "a: b"), new(TaskStateKind.Error, Start, Message: "OK"),
        ];
        foreach (TaskState state in states)
        {
            string last = TaskLogText.Format(DateTimeOffset.FromUnixTimeSeconds(Start), TaskLogText.ResultMessage(state));
            Assert.Equal(state, TaskLogText.ReadState(Encoding.UTF8.GetBytes("x\n" + last), 0));
        }
    }

    [Fact]
    public void A_result_with_several_lines_is_found_as_4_x_finds_it()
    {
        const string log = "2024-03-30T21:00:00+01:00: start\n2024-03-30T21:00:01+01:00: TASK ERROR: a failed\ncaused by: b\n\nlast\n";
        var unknown = new TaskState(TaskStateKind.Unknown, Start);
        Assert.Equal(unknown, TaskLogText.ReadState(Encoding.UTF8.GetBytes(log), Start));
        TaskState found = TaskLogText.ReadState(Encoding.UTF8.GetBytes(log), Start, isLong: true);
        Assert.Equal((TaskStateKind.Error, "a failed\ncaused by: b\n\nlast"), (found.Kind, found.Message));
        Assert.Equal(unknown, TaskLogText.ReadState("no\ntime: at all\n"u8, Start, isLong: true));
        Assert.Equal(TaskStateKind.Ok, TaskLogText.ReadState("2024-03-30T21:00:01+01:00: TASK OK\n"u8, Start, isLong: true).Kind);

        // A result that is longer than the part that is read leaves no first line to find.
        byte[] cut = Encoding.UTF8.GetBytes(log)[^20..];
        Assert.Equal(unknown, TaskLogText.ReadState(cut, Start, isLong: true));
    }

    [Theory]
    [InlineData("move-group", "main:a/vm/100:b", "main", "Move of a group")]
    [InlineData("move-namespace", "main:a:b", "main", "Move of a namespace")]
    [InlineData("mount-device", "usb", "usb", "Mount of a removable datastore")]
    [InlineData("unmount-device", "usb", "usb", "Unmount of a removable datastore")]
    [InlineData("s3-refresh", "cloud", "cloud", "Refresh of an S3 cache")]
    [InlineData("mount-sync-jobs", "usb", null, "Synchronization jobs after a mount")]
    [InlineData("garbage_collection", "main", "main", "Garbage collection")]
    [InlineData("termproxy", "main", null, "termproxy")]
    public void Types_of_4_x_belong_to_their_datastore(string type, string id, string? store, string description)
    {
        var task = new Upid("host", 1, 1, 1, Start, type, id, "root@pam");
        Assert.Equal(store, TaskFilter.StoreOf(Upid.Parse(task.ToString())));
        Assert.Equal(description, WorkerType.Describe(type));
    }

    [Fact]
    public void Hostile_log_tails_are_refused_without_harm()
    {
        string[] samples =
        [
            "2024-03-30T21:00:00+01:00: TASK OK\n", "2024-03-30T21:00:00Z: TASK WARNINGS: 5\n\n", "2024-03-30T21:00:00-08:00: TASK ERROR: ä☃💥\nsecond",
        ];
        MutationFuzz.Run([.. samples.Select(Encoding.UTF8.GetBytes)], input => _ = TaskLogText.ReadState(input, Start).Text + TaskLogText.ReadState(input, Start, isLong: true).Text);
    }
}
