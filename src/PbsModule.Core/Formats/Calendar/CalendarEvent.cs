namespace PbsModule.Core.Formats.Calendar;

/// <summary>
/// The schedule of a job: <c>daily</c>, <c>mon..fri 2:30</c>, <c>*-1 4:00 UTC</c>. Without a date it matches every day,
/// without a time midnight. Source: proxmox-time, pbs-api-types schemas.
/// </summary>
public sealed record CalendarEvent
{
    private const int EveryDay = 0x7F;
    private const int LastYear = 2199;

    internal bool IsUtc { get; init; }

    /// <summary>A bit a weekday, Monday lowest; 0 for all days.</summary>
    internal int Weekdays { get; init; }

    internal CalendarField Year { get; init; } = CalendarField.Any;

    internal CalendarField Month { get; init; } = CalendarField.Any;

    internal CalendarField Day { get; init; } = CalendarField.Any;

    internal CalendarField Hour { get; init; } = CalendarField.Of(0);

    internal CalendarField Minute { get; init; } = CalendarField.Of(0);

    internal CalendarField Second { get; init; } = CalendarField.Of(0);

    /// <summary>Returns null if the text is a calendar event, otherwise the error message of PBS.</summary>
    public static string? Check(string text)
    {
        CalendarParser.Parse(text, out string? error);
        return error;
    }

    /// <summary>Reads a calendar event. Returns null if the text is none.</summary>
    public static CalendarEvent? TryParse(string text) => CalendarParser.Parse(text, out _);

    /// <summary>
    /// Returns the first time of the event after another time; null if there is none before the year 2200.
    /// </summary>
    /// <param name="after">The time.</param>
    /// <param name="zone">The time zone of the server, for an event without <c>UTC</c>.</param>
    /// <remarks>
    /// The event is looked for on the clock of the zone. A time that a change of the clock leaves out is not due on
    /// that day. Of a time that occurs twice, the first counts, unless it has passed. Source: proxmox-time
    /// compute_next_event, over the C library's mktime.
    /// </remarks>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (IsUtc) zone = TimeZoneInfo.Utc;
        DateTime local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        DateTime from = new DateTime(local.Ticks - (local.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        DateTimeOffset start = after.AddTicks(-(after.Ticks % TimeSpan.TicksPerSecond));
        while (NextOnClock(from) is { } found)
        {
            // A server tests the hour again after mktime has moved a time that does not exist out of it.
            DateTimeOffset? moment = zone.IsInvalidTime(found) ? null : MomentOf(found, zone, start);
            if (moment > start) return moment.Value.ToUniversalTime();

            // There is no such time, or both times of it have passed because the clock was set back since.
            from = found.AddSeconds(1);
        }

        return null;
    }

    private static DateTimeOffset MomentOf(DateTime clock, TimeZoneInfo zone, DateTimeOffset after)
    {
        if (!zone.IsAmbiguousTime(clock)) return new DateTimeOffset(clock, zone.GetUtcOffset(clock));
        TimeSpan[] offsets = zone.GetAmbiguousTimeOffsets(clock);
        var first = new DateTimeOffset(clock, offsets.Max());
        return first > after ? first : new DateTimeOffset(clock, offsets.Min());
    }

    private DateTime? NextOnClock(DateTime from)
    {
        for (DateTime day = from.Date; day.Year <= LastYear; day = NextDay(day))
        {
            if (!IsOnDay(day)) continue;
            if (NextTime(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time) return day + time;
        }

        return null;
    }

    private bool IsOnDay(DateTime day)
    {
        int weekday = ((int)day.DayOfWeek + 6) % 7;
        int days = Weekdays == 0 ? EveryDay : Weekdays;
        return (days & (1 << weekday)) != 0 && Year.Contains(day.Year) && Month.Contains(day.Month)
            && Day.Contains(day.Day);
    }

    /// <summary>The next day; the next month or year at once where this one does not match.</summary>
    private DateTime NextDay(DateTime day) =>
        !Year.Contains(day.Year) ? new DateTime(day.Year + 1, 1, 1)
        : !Month.Contains(day.Month) ? new DateTime(day.Year, day.Month, 1).AddMonths(1)
        : day.AddDays(1);

    private TimeSpan? NextTime(TimeSpan from)
    {
        for (int hour = from.Hours; Hour.Next(hour, 23) is { } h; hour = h + 1)
        {
            for (int minute = h == from.Hours ? from.Minutes : 0; Minute.Next(minute, 59) is { } m; minute = m + 1)
            {
                int second = h == from.Hours && m == from.Minutes ? from.Seconds : 0;
                if (Second.Next(second, 59) is { } s) return new TimeSpan(h, m, s);
            }
        }

        return null;
    }
}
