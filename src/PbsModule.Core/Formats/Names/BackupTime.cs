using System.Globalization;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Converts the name of a snapshot's time folder, <c>YYYY-MM-DDTHH:MM:SSZ</c> in UTC, to and from Unix seconds. Source:
/// pbs-api-types BACKUP_TIME_FORMAT and proxmox-time parse_rfc3339.
/// </summary>
public static class BackupTime
{
    /// <summary>The length of the text in characters.</summary>
    public const int TextLength = 20;

    /// <summary>The last time that the text can represent, 9999-12-31T23:59:59Z, in Unix seconds.</summary>
    public const long MaxSeconds = 253402300799;

    // File systems that do not support ':' map it to the private use area: Services for Unix and the Linux cifs client
    // to U+F03A, macOS's SMB and exFAT drivers to U+F022.
    private const char MappedColonCifs = '\uF03A';
    private const char MappedColonMac = '\uF022';

    /// <summary>Returns the folder name of a time in Unix seconds, from 0 to <see cref="MaxSeconds"/>.</summary>
    /// <exception cref="PbsArgumentException">The time is out of range.</exception>
    public static string Format(long seconds)
    {
        if (seconds is < 0 or > MaxSeconds)
        {
            throw new PbsArgumentException(
                PbsErrorId.BackupTimeInvalid,
                $"backup time {seconds} is out of range",
                null);
        }

        return string.Create(TextLength, seconds, static (span, s) =>
            DateTimeOffset
                .FromUnixTimeSeconds(s)
                .TryFormat(span, out _, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>Whether a text has the form of a time folder. Checks for digits, but not their ranges.</summary>
    public static bool HasShape(ReadOnlySpan<char> text)
    {
        if (text.Length != TextLength) return false;
        const string shape = "dddd-dd-ddTdd:dd:ddZ";
        for (int i = 0; i < TextLength; i++)
        {
            bool fits = shape[i] switch
            {
                'd' => char.IsAsciiDigit(text[i]),
                ':' => text[i] is ':' or MappedColonCifs or MappedColonMac,
                char c => text[i] == c,
            };
            if (!fits) return false;
        }

        return true;
    }

    /// <summary>
    /// Parses a time text. Invalid days and seconds (February 30, second 60) are carried over as timegm does, so
    /// <paramref name="exact"/> states whether formatting the time gives the same text.
    /// </summary>
    /// <param name="text">The folder name. A mapped ':' (U+F022, U+F03A) is read as ':'.</param>
    /// <param name="seconds">The time in Unix seconds, not negative.</param>
    /// <param name="exact">False if formatting the time gives a different name. Such a folder is foreign.</param>
    /// <param name="error">The error message of PBS, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long seconds, out bool exact, out string? error)
    {
        seconds = 0;
        exact = false;
        error = null;
        if (!HasShape(text))
        {
            error = $"'{text}' is not a backup time";
            return false;
        }

        int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
        int hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
        string? range = OutOfRange(month, 1, 12) ?? OutOfRange(day, 1, 31) ?? OutOfRange(hour, 0, 23)
            ?? OutOfRange(minute, 0, 59) ?? OutOfRange(second, 0, 60);
        if (range is null && year < 1970) range = "libc::timegm failed";
        if (range is not null)
        {
            error = $"failed to parse rfc3339 timestamp (\"{text}\") - {range}";
            return false;
        }

        var firstOfMonth = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero);
        seconds = firstOfMonth.ToUnixTimeSeconds() + ((day - 1) * 86400L) + (hour * 3600L) + (minute * 60L) + second;
        exact = second < 60 && day <= DateTime.DaysInMonth(year, month);
        return true;
    }

    private static int Digits(ReadOnlySpan<char> text, int start, int count)
    {
        int value = 0;
        foreach (char c in text.Slice(start, count)) value = (value * 10) + (c - '0');
        return value;
    }

    private static string? OutOfRange(int value, int min, int max) =>
        value < min ? $"value too small ({value} < {min})" : value > max ? $"value too large ({value} > {max})" : null;
}
