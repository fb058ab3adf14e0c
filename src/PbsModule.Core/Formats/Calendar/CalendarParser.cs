namespace PbsModule.Core.Formats.Calendar;

/// <summary>
/// Reads the text of a calendar event: <c>[weekdays] [date] [time] [UTC]</c>, or one keyword. Source: proxmox-time
/// parse_calendar_event.
/// </summary>
internal static class CalendarParser
{
    private const int MaxYear = 2200;
    private const int DaysOfWeek = 7;

    private static readonly string[] Weekdays =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>Returns the event; null and PBS's error message if the text is none.</summary>
    public static CalendarEvent? Parse(string text, out string? error)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        error = null;
        if (rest.IsEmpty) return Fail("unable to parse calendar event - event is empty", out error);
        bool isUtc = rest.EndsWith("UTC");
        if (isUtc) rest = rest[..^3].TrimEnd();
        if (Keyword(rest) is { } keyword) return keyword with { IsUtc = isUtc };
        if (rest.IsEmpty) return Fail(Failure(text, null), out error);

        var result = new CalendarEvent { IsUtc = isUtc };
        if (char.IsAsciiLetter(rest[0]))
        {
            int days = 0;
            if (!TakeWeekdays(ref rest, ref days, out string at)) return Fail(Failure(at, "weekday"), out error);
            if (!rest.IsEmpty && rest[0] != ' ') return Fail(Failure(rest.ToString(), null), out error);
            rest = rest.TrimStart();
            result = result with { Weekdays = days };
        }

        if (IsDate(rest) && !TakeDate(ref rest, ref result)) return Fail(Failure(rest.ToString(), "date"), out error);
        rest = rest.TrimStart();
        if (!rest.IsEmpty && !TakeTime(ref rest, ref result)) return Fail(Failure(rest.ToString(), "time"), out error);
        return rest.IsEmpty ? result : Fail(Failure(rest.ToString(), null), out error);
    }

    private static CalendarEvent? Fail(string message, out string? error)
    {
        error = message;
        return null;
    }

    private static string Failure(string at, string? context) =>
        $"unable to parse calendar event at '{at}'" + (context is null ? "" : $" - Context(\"{context}\")");

    private static CalendarEvent? Keyword(ReadOnlySpan<char> word)
    {
        var midnight = new CalendarEvent();
        CalendarEvent firstOfMonth = midnight with { Day = CalendarField.Of(1) };
        return word switch
        {
            "minutely" => midnight with { Hour = CalendarField.Any, Minute = CalendarField.Any },
            "hourly" => midnight with { Hour = CalendarField.Any },
            "daily" => midnight,
            "weekly" => midnight with { Weekdays = 1 },
            "monthly" => firstOfMonth,
            "quarterly" => firstOfMonth with { Month = CalendarField.Of(1, 4, 7, 10) },
            "semiannually" or "semi-annually" => firstOfMonth with { Month = CalendarField.Of(1, 7) },
            "yearly" or "annually" => firstOfMonth with { Month = CalendarField.Of(1) },
            _ => null,
        };
    }

    private static bool TakeWeekdays(ref ReadOnlySpan<char> rest, ref int days, out string at)
    {
        do
        {
            at = rest.ToString();
            if (!TakeWeekday(ref rest, out int first)) return false;
            int last = first;
            if (rest.StartsWith(".."))
            {
                rest = rest[2..];
                at = rest.ToString();
                if (!TakeWeekday(ref rest, out last)) return false;
            }

            // A range may go over the end of the week: sat..mon.
            for (int day = first; ; day = (day + 1) % DaysOfWeek)
            {
                days |= 1 << day;
                if (day == last) break;
            }
        }
        while (TakeOne(ref rest, ','));
        return true;
    }

    private static bool TakeWeekday(ref ReadOnlySpan<char> rest, out int day)
    {
        int length = 0;
        while (length < rest.Length && char.IsAsciiLetter(rest[length])) length++;
        ReadOnlySpan<char> word = rest[..length];
        for (day = 0; day < DaysOfWeek; day++)
        {
            ReadOnlySpan<char> name = Weekdays[day];
            if (!word.Equals(name, StringComparison.OrdinalIgnoreCase)
                && !word.Equals(name[..3], StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            rest = rest[length..];
            return true;
        }

        return false;
    }

    /// <summary>Whether the text begins with a date: only dates contain a '-' before the next blank.</summary>
    private static bool IsDate(ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOf(' ');
        return (end < 0 ? rest : rest[..end]).Contains('-');
    }

    private static bool TakeDate(ref ReadOnlySpan<char> rest, ref CalendarEvent result)
    {
        int end = rest.IndexOf(' ');
        bool hasYear = (end < 0 ? rest : rest[..end]).Count('-') > 1;
        CalendarField year = CalendarField.Any;
        if (hasYear && !(TakeField(ref rest, 0, MaxYear - 1, out year) && TakeOne(ref rest, '-'))) return false;
        if (!TakeField(ref rest, 1, 12, out CalendarField month)
            || !TakeOne(ref rest, '-')
            || !TakeField(ref rest, 1, 31, out CalendarField day)
            || !(rest.IsEmpty || rest[0] == ' '))
        {
            return false;
        }

        result = result with { Year = year, Month = month, Day = day };
        return true;
    }

    private static bool TakeTime(ref ReadOnlySpan<char> rest, ref CalendarEvent result)
    {
        bool hasHour = rest.Contains(':');
        CalendarField hour = CalendarField.Any, second = CalendarField.Of(0);
        if (hasHour && !(TakeField(ref rest, 0, 23, out hour) && TakeOne(ref rest, ':'))) return false;
        if (!TakeField(ref rest, 0, 59, out CalendarField minute)) return false;
        if (hasHour && TakeOne(ref rest, ':') && !TakeField(ref rest, 0, 59, out second)) return false;
        result = result with { Hour = hour, Minute = minute, Second = second };
        return true;
    }

    private static bool TakeField(ref ReadOnlySpan<char> rest, int minimum, int maximum, out CalendarField field)
    {
        field = CalendarField.Any;
        if (TakeOne(ref rest, '*'))
        {
            if (!TakeOne(ref rest, '/')) return true;
            if (!TakeNumber(ref rest, 1, maximum, out int every)) return false;
            field = new CalendarField([new CalendarRange(minimum, maximum, every)]);
            return true;
        }

        List<CalendarRange> ranges = [];
        do
        {
            if (!TakeNumber(ref rest, minimum, maximum, out int first)) return false;
            int last = first, step = 1;
            bool isRange = rest.StartsWith("..");
            if (isRange)
            {
                rest = rest[2..];
                if (!TakeNumber(ref rest, minimum, maximum, out last) || first > last) return false;
            }

            if (TakeOne(ref rest, '/'))
            {
                if (!TakeNumber(ref rest, 1, maximum, out step)) return false;
                if (!isRange) last = maximum;
            }

            ranges.Add(new CalendarRange(first, last, step));
        }
        while (TakeOne(ref rest, ','));
        field = new CalendarField([.. ranges]);
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, int minimum, int maximum, out int number)
    {
        int length = 0;
        number = 0;
        for (; length < rest.Length && char.IsAsciiDigit(rest[length]); length++)
        {
            number = Math.Min((number * 10) + rest[length] - '0', MaxYear);
        }

        rest = rest[length..];
        return length > 0 && number >= minimum && number <= maximum;
    }

    private static bool TakeOne(ref ReadOnlySpan<char> rest, char c)
    {
        if (rest.IsEmpty || rest[0] != c) return false;
        rest = rest[1..];
        return true;
    }
}
