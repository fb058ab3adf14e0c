using System.Globalization;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Reads and writes the timestamps of task logs: <c>2024-03-30T21:00:00+01:00</c> (or with a final <c>Z</c>), in whole
/// seconds. Source: proxmox-time parse_rfc3339 and epoch_to_rfc3339.
/// </summary>
internal static class Rfc3339
{
    /// <summary>The length of a timestamp with an offset, in characters.</summary>
    public const int LengthWithOffset = 25;

    private const int LengthWithZ = 20;

    /// <summary>
    /// Parses a timestamp to Unix seconds. Invalid days and month 00 are carried over as timegm does. A year before
    /// 1970 and any other form are refused.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        if (!HasShape(text)) return false;
        int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
        int hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
        if (year < 1970 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 60) return false;

        var january = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        DateTime firstOfMonth = january.AddMonths(month - 1);
        long local = new DateTimeOffset(firstOfMonth).ToUnixTimeSeconds()
            + ((day - 1) * 86400L)
            + (hour * 3600L)
            + (minute * 60L)
            + second;
        if (local < 0) return false;
        return TryApplyOffset(text, local, out seconds);
    }

    /// <summary>Formats a time with a numeric offset, even for UTC.</summary>
    public static string Format(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static bool HasShape(ReadOnlySpan<char> text)
    {
        const string shape = "dddd-dd-ddTdd:dd:ddsdd:dd";
        if (text.Length is not (LengthWithZ or LengthWithOffset)) return false;
        for (int i = 0; i < text.Length; i++)
        {
            bool fits = shape[i] switch
            {
                'd' => char.IsAsciiDigit(text[i]),
                's' => text.Length == LengthWithZ ? text[i] == 'Z' : text[i] is '+' or '-',
                char c => text[i] == c,
            };
            if (!fits) return false;
        }

        return true;
    }

    private static bool TryApplyOffset(ReadOnlySpan<char> text, long local, out long seconds)
    {
        seconds = local;
        if (text.Length == LengthWithZ) return true;
        int hours = Digits(text, 20, 2), minutes = Digits(text, 23, 2);
        if (hours > 23 || minutes > 59) return false;
        long offset = (hours * 3600L) + (minutes * 60L);
        seconds = text[LengthWithZ - 1] == '+' ? local - offset : local + offset;
        return true;
    }

    private static int Digits(ReadOnlySpan<char> text, int start, int count)
    {
        int value = 0;
        foreach (char c in text.Slice(start, count)) value = (value * 10) + (c - '0');
        return value;
    }
}
