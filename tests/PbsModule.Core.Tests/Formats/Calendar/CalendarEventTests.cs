using System.Globalization;
using System.Text;
using PbsModule.Core.Formats.Calendar;

namespace PbsModule.Core.Tests;

/// <summary>When calendar events occur: PBS's own vectors, every second by brute force, and days when the clock is changed.</summary>
public class CalendarEventTests
{
    private const int Day = 86400;
    private const int Hour = 3600;

    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    // Source: the tests of proxmox-time, as the specification lists them.
    [Theory]
    [InlineData("0", 0, Hour)]
    [InlineData("*", 0, 60)]
    [InlineData("*:*", 0, 60)]
    [InlineData("*:*:*", 0, 1)]
    [InlineData("*:3:5", 0, 185)]
    [InlineData("mon *:*", 0, 4 * Day)]
    [InlineData("tue", 0, 5 * Day)]
    [InlineData("thu", 0, 7 * Day)]
    [InlineData("fri", 0, Day)]
    [InlineData("4..10/2:0", 0, 4 * Hour)]
    [InlineData("5/2:0", 0, 5 * Hour)]
    [InlineData("5/2:0", 5 * Hour, 7 * Hour)]
    [InlineData("5/2:0", 9 * Hour, 11 * Hour)]
    [InlineData("1:0", 15 * Hour, Day + Hour)]
    [InlineData("daily", 0, Day)]
    [InlineData("daily", 1, Day)]
    [InlineData("02-28", 0, 58 * Day)]
    [InlineData("02-29", 0, 789 * Day)]
    [InlineData("monthly", 0, 31 * Day)]
    [InlineData("quarterly", 0, 90 * Day)]
    [InlineData("semiannually", 0, 181 * Day)]
    [InlineData("yearly", 0, 365 * Day)]
    public void Events_come_when_PBS_says(string text, long after, long next) =>
        Assert.Equal(next, Next(text, after, TimeZoneInfo.Utc));

    [Theory]
    [InlineData("2020-7..9-2/2", "2020-07-31T00:00:00Z", "2020-08-02T00:00:00Z")]
    [InlineData("weekly", "2026-12-01T01:06:10Z", "2026-12-07T00:00:00Z")]
    [InlineData("sat..mon 3:00", "2026-12-01T00:00:00Z", "2026-12-05T03:00:00Z")]
    [InlineData("2199-12-31", "2026-12-01T00:00:00Z", "2199-12-31T00:00:00Z")]
    public void Dates_and_weekdays_are_met_together(string text, string after, string next) =>
        Assert.Equal(Moment(next), CalendarEvent.TryParse(text)!.Next(Moment(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("2021-02-29")]
    [InlineData("02-30")]
    [InlineData("2020-1-1")]
    public void What_never_comes_has_no_next(string text) =>
        Assert.Null(CalendarEvent.TryParse(text)!.Next(Moment("2026-12-01T00:00:00Z"), TimeZoneInfo.Utc));

    // In Berlin 2:00 to 3:00 is left out on 2026-03-29, and comes twice on 2026-10-25. Source: the published algorithm of
    // proxmox-time, carried out with glibc's mktime.
    [Theory]
    [InlineData("2:30", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("2:*", "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z")]
    [InlineData("*:30", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("2:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("hourly", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("minutely", "2026-10-25T00:59:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("2:30", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("2:30 UTC", "2026-03-28T12:00:00Z", "2026-03-29T02:30:00Z")]
    [InlineData("2:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("2:30", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("2:30", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("hourly", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("daily", "2026-12-01T00:00:00Z", "2026-12-01T23:00:00Z")]
    public void The_clock_of_the_server_counts(string text, string after, string next) =>
        Assert.Equal(Moment(next), CalendarEvent.TryParse(text)!.Next(Moment(after), Berlin));

    [Fact]
    public void An_event_always_comes_after_the_time_that_was_asked_for()
    {
        foreach (string text in (string[])["minutely", "hourly", "2:30", "*:0/20", "daily", "sun 2:59:59", "2:0..59:30"])
        {
            CalendarEvent parsed = CalendarEvent.TryParse(text)!;
            foreach (string around in (string[])["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"])
            {
                DateTimeOffset time = Moment(around);
                for (int i = 0; i < 300; i++)
                {
                    DateTimeOffset next = parsed.Next(time, Berlin)!.Value;
                    Assert.True(next > time, $"{text}: {next:O} is not after {time:O}");
                    time = next;
                }
            }
        }
    }

    [Fact]
    public void Every_event_is_the_first_second_that_matches()
    {
        var random = new Random(20261201);
        string[] days = ["", "mon", "sat..mon", "tue,thu"], dates = ["", "*-*-*", "*-1/5", "2..3-*", "*-2-28..29"], times = ["", "0", "*:*", "7..9:*/20", "23:59:59", "*/6:15:30"];
        for (int i = 0; i < 400; i++)
        {
            string text = string.Join(' ', new[] { Pick(days), Pick(dates), Pick(times) }.Where(part => part.Length > 0));
            if (text.Length == 0) continue;
            CalendarEvent parsed = CalendarEvent.TryParse(text)!;
            var start = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(1_600_000_000, 1_900_000_000));
            DateTimeOffset next = parsed.Next(start, TimeZoneInfo.Utc)!.Value;
            Assert.True(Matches(parsed, next.UtcDateTime), $"{text} at {next:O}");

            // Every second before it, as far as two days, and every midnight beyond that.
            for (DateTimeOffset t = start.AddSeconds(1); t < next && t < start.AddDays(2); t = t.AddSeconds(1)) Assert.False(Matches(parsed, t.UtcDateTime), $"{text} missed {t:O}");
        }

        string Pick(string[] parts) => parts[random.Next(parts.Length)];
    }

    [Fact]
    public void Hostile_texts_are_refused_without_harm() => MutationFuzz.Run(
        [.. new[] { "mon..fri 2020-1..12/2-*/3 0/2:15..59/7:*", "semi-annually", "sat..mon,tue 4:5 UTC", "*-*-* *:*:*" }.Select(Encoding.UTF8.GetBytes)],
        input =>
        {
            string text = Encoding.UTF8.GetString(input);
            CalendarEvent? parsed = CalendarEvent.TryParse(text);
            Assert.Equal(parsed is null, CalendarEvent.Check(text) is not null);
            parsed?.Next(DateTimeOffset.UnixEpoch.AddYears(55), Berlin);
        });

    private static bool Matches(CalendarEvent e, DateTime t) =>
        (e.Weekdays == 0 || (e.Weekdays & (1 << (((int)t.DayOfWeek + 6) % 7))) != 0)
        && e.Year.Contains(t.Year) && e.Month.Contains(t.Month) && e.Day.Contains(t.Day) && e.Hour.Contains(t.Hour) && e.Minute.Contains(t.Minute) && e.Second.Contains(t.Second);

    private static long? Next(string text, long after, TimeZoneInfo zone) =>
        CalendarEvent.TryParse(text)!.Next(DateTimeOffset.FromUnixTimeSeconds(after), zone)?.ToUnixTimeSeconds();

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
