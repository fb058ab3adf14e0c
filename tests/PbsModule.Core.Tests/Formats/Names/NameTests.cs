using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Names against what a real PBS accepts and says (golden misc/schema-check.json).</summary>
public class NameTests
{
    [Fact]
    public void Names_are_accepted_and_refused_as_PBS_does()
    {
        using JsonDocument cases = Corpus.Json("misc/schema-check.json");
        Check(cases, "authid", text => Authid.Parse(text).ToString());
        Check(cases, "ns", text => BackupNamespace.Parse(text).Text);
        Check(cases, "group", text => GroupPath.Parse(text).ToString());
        Check(cases, "snapshot", text => { SnapshotPath.Parse(text); return text; });
        Check(cases, "backup-id", text => BackupId.IsValid(text) ? text : throw Refused("value does not match the regex pattern"));
        Check(cases, "datastore", text => DatastoreName.Check(text) is { } error ? throw Refused(error) : text);
    }

    private static PbsArgumentException Refused(string error) => new(PbsErrorId.BackupIdInvalid, error);

    private static void Check(JsonDocument cases, string kind, Func<string, string> parse)
    {
        int count = 0;
        foreach (JsonElement item in cases.RootElement.GetProperty(kind).EnumerateArray())
        {
            string value = item.GetProperty("value").GetString()!;
            string? expected = item.GetProperty("error").GetString();
            string? actual = null;
            try
            {
                Assert.Equal(value, parse(value));
            }
            catch (PbsArgumentException e)
            {
                actual = e.Message;
            }

            // The real one prints the C structure behind a failed timegm; only the cause can be the same.
            if (expected?.Contains("timegm", StringComparison.Ordinal) == true) expected = expected[..(expected.IndexOf(" for tm", StringComparison.Ordinal))];
            Assert.True(expected == actual, $"{kind} '{value}': expected '{expected ?? "accepted"}', got '{actual ?? "accepted"}'");
            count++;
            Conformance.Agrees(Conformance.Formats, $"{kind} '{value}'");
        }

        Assert.NotEqual(0, count);
    }

    [Theory]
    [InlineData("ns/a/ns/b/vm/200/2024-05-01T10:00:00Z", "a/b", "vm/200", 1714557600)]
    [InlineData("host/alpha/1970-01-01T00:00:00Z", "", "host/alpha", 0)]
    public void A_snapshot_text_round_trips(string text, string ns, string group, long time)
    {
        SnapshotPath path = SnapshotPath.Parse(text);
        Assert.Equal(ns, path.Namespace.Text);
        Assert.Equal(group, path.Group.ToString());
        Assert.Equal(time, path.Time);
        Assert.Equal(text, path.ToString());
    }

    [Theory]
    [InlineData("2024-05-01T10\uF03A00\uF03A00Z")]
    [InlineData("2024-05-01T10\uF02200\uF02200Z")]
    public void A_mapped_colon_is_read(string text)
    {
        Assert.True(BackupTime.TryParse(text, out long seconds, out bool exact, out _));
        Assert.True(exact);
        Assert.Equal("2024-05-01T10:00:00Z", BackupTime.Format(seconds));
    }

    [Fact]
    public void A_time_that_does_not_round_trip_is_told_apart()
    {
        Assert.True(BackupTime.TryParse("2024-02-30T00:00:00Z", out long seconds, out bool exact, out _));
        Assert.False(exact);
        Assert.Equal("2024-03-01T00:00:00Z", BackupTime.Format(seconds));
    }

    [Fact]
    public void Groups_sort_by_type_then_number_then_name()
    {
        string[] sorted = ["ct/abc", "host/2", "host/10", "host/A", "vm/100"];
        Assert.Equal(sorted, sorted.Reverse().Select(GroupPath.Parse).Order().Select(p => p.ToString()));
    }

    [Fact]
    public void Namespaces_sort_pre_order()
    {
        string[] sorted = ["", "a", "a/b", "a/c", "a-b", "b"];
        Assert.Equal(sorted, sorted.Reverse().Select(BackupNamespace.Parse).Order().Select(n => n.Text));
    }
}
