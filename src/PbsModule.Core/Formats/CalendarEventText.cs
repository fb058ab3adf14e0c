namespace PbsModule.Core.Formats;

/// <summary>
/// Checks the syntax of schedules such as <c>mon..fri 2:30</c>: <c>[weekdays] [date] [time] [UTC]</c>, or one keyword.
/// Source: proxmox-time parse_calendar_event.
/// </summary>
public static class CalendarEventText
{
    private const int MaxYear = 2200;

    private static readonly string[] Keywords =
        [
            "minutely",
            "hourly",
            "daily",
            "weekly",
            "monthly",
            "quarterly",
            "semiannually",
            "semi-annually",
            "yearly",
            "annually",
        ];

    private static readonly string[] Weekdays =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>Returns null if the text is a calendar event, otherwise the error message of PBS.</summary>
    public static string? Check(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return "unable to parse calendar event - event is empty";
        if (rest.EndsWith("UTC")) rest = rest[..^3].TrimEnd();
        if (Array.IndexOf(Keywords, rest.ToString()) >= 0) return null;
        if (rest.IsEmpty) return Failure(text, null);

        if (char.IsAsciiLetter(rest[0]))
        {
            if (!TakeWeekdays(ref rest, out string at)) return Failure(at, "weekday");
            if (!rest.IsEmpty && rest[0] != ' ') return Failure(rest.ToString(), null);
            rest = rest.TrimStart();
        }

        if (IsDate(rest) && !TakeDate(ref rest)) return Failure(rest.ToString(), "date");
        rest = rest.TrimStart();
        if (!rest.IsEmpty && !TakeTime(ref rest)) return Failure(rest.ToString(), "time");
        return rest.IsEmpty ? null : Failure(rest.ToString(), null);
    }

    private static string Failure(string at, string? context) =>
        $"unable to parse calendar event at '{at}'" + (context is null ? "" : $" - Context(\"{context}\")");

    private static bool TakeWeekdays(ref ReadOnlySpan<char> rest, out string at)
    {
        do
        {
            at = rest.ToString();
            if (!TakeWeekday(ref rest)) return false;
            if (rest.StartsWith(".."))
            {
                rest = rest[2..];
                at = rest.ToString();
                if (!TakeWeekday(ref rest)) return false;
            }
        }
        while (TakeOne(ref rest, ','));
        return true;
    }

    private static bool TakeWeekday(ref ReadOnlySpan<char> rest)
    {
        int length = 0;
        while (length < rest.Length && char.IsAsciiLetter(rest[length])) length++;
        foreach (string name in Weekdays)
        {
            ReadOnlySpan<char> word = rest[..length];
            if (!word.Equals(name, StringComparison.OrdinalIgnoreCase)
                && !word.Equals(name.AsSpan(0, 3), StringComparison.OrdinalIgnoreCase))
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

    private static bool TakeDate(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOf(' ');
        bool hasYear = (end < 0 ? rest : rest[..end]).Count('-') > 1;
        if (hasYear && !(TakeField(ref rest, 0, MaxYear - 1) && TakeOne(ref rest, '-'))) return false;
        return TakeField(ref rest, 1, 12)
            && TakeOne(ref rest, '-')
            && TakeField(ref rest, 1, 31)
            && (rest.IsEmpty || rest[0] == ' ');
    }

    private static bool TakeTime(ref ReadOnlySpan<char> rest)
    {
        bool hasHour = rest.Contains(':');
        if (hasHour && !(TakeField(ref rest, 0, 23) && TakeOne(ref rest, ':'))) return false;
        if (!TakeField(ref rest, 0, 59)) return false;
        return !hasHour || !TakeOne(ref rest, ':') || TakeField(ref rest, 0, 59);
    }

    private static bool TakeField(ref ReadOnlySpan<char> rest, int minimum, int maximum)
    {
        if (TakeOne(ref rest, '*')) return !TakeOne(ref rest, '/') || TakeNumber(ref rest, 1, maximum, out _);
        do
        {
            if (!TakeNumber(ref rest, minimum, maximum, out int first)) return false;
            if (rest.StartsWith(".."))
            {
                rest = rest[2..];
                if (!TakeNumber(ref rest, minimum, maximum, out int last) || first > last) return false;
            }

            if (TakeOne(ref rest, '/') && !TakeNumber(ref rest, 1, maximum, out _)) return false;
        }
        while (TakeOne(ref rest, ','));
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
