using System.Globalization;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Times;

/// <summary>
/// Formats and reads times without any culture, for output, parameters and rows. It never guesses at text in the format
/// of a culture, because 05/06/2024 is another day on another machine.
/// </summary>
internal static class TimeText
{
    /// <summary>The end of a message that refuses a text.</summary>
    public const string Form = "write it as 2024-05-01T10:00:00Z (with Z or an offset like +02:00), "
        + "as a date like 2024-05-01, or in Unix seconds";

    private const string Day = "yyyy-MM-dd";
    private const string Second = "yyyy-MM-dd'T'HH:mm:ss";
    private const DateTimeStyles Styles = DateTimeStyles.None;

    // Numbers of these forms look like a date, 20240501 or 202405011000. As Unix seconds they would be in 1970 or after
    // 8000.
    private static readonly string[] DatesInDigits = ["yyyyMMdd", "yyyyMMddHHmm"];

    private static readonly string[] Separators = ["'T'", "'t'", "' '"];

    private static readonly string[] Clocks = ["HH:mm:ss", "HH:mm:ss.FFFFFFF"];

    private static readonly string[] Zones = ["'Z'", "'z'", "zzz", "' 'zzz"];

    private static readonly string[] Instants =
        [.. from separator in Separators from clock in Clocks from zone in Zones select Day + separator + clock + zone];

    /// <summary>Formats RFC 3339 in UTC; with a fraction only if there is one.</summary>
    public static string Format(DateTimeOffset time)
    {
        bool isWhole = time.UtcTicks % TimeSpan.TicksPerSecond == 0;
        return time.UtcDateTime.ToString(Second + (isWhole ? "'Z'" : ".FFFFFFF'Z'"), CultureInfo.InvariantCulture);
    }

    /// <summary>Reads RFC 3339, a date alone (midnight, local time), or Unix seconds.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        text = text.Trim();
        return TryParseInstant(text, out time) || TryParseDay(text, out time)
            || (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
                && TryFromSeconds(seconds, out time));
    }

    /// <summary>
    /// Converts Unix seconds. Returns false outside the range of PBS, and for a number that looks like a date.
    /// </summary>
    public static bool TryFromSeconds(long seconds, out DateTimeOffset time)
    {
        time = default;
        string digits = seconds.ToString(CultureInfo.InvariantCulture);
        if (seconds is < 0 or > BackupTime.MaxSeconds) return false;
        if (DateTime.TryParseExact(digits, DatesInDigits, CultureInfo.InvariantCulture, Styles, out _)) return false;
        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    /// <summary>
    /// Returns a provider with Gregorian dates: the given one, a copy with its Gregorian calendar, or the invariant
    /// culture if it has none.
    /// </summary>
    public static IFormatProvider WithGregorianCalendar(IFormatProvider? provider)
    {
        if (provider is not CultureInfo culture) return provider ?? CultureInfo.InvariantCulture;
        if (culture.DateTimeFormat.Calendar is GregorianCalendar) return culture;
        GregorianCalendar? calendar = culture.OptionalCalendars.OfType<GregorianCalendar>().FirstOrDefault();
        if (calendar is null) return CultureInfo.InvariantCulture;
        var formats = (DateTimeFormatInfo)culture.DateTimeFormat.Clone();
        formats.Calendar = calendar;
        return formats;
    }

    private static bool TryParseInstant(string text, out DateTimeOffset time)
    {
        // The folder name of a snapshot on a file system without ':'.
        if (BackupTime.TryParse(text, out long seconds, out bool exact, out _) && exact)
        {
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal;
        return DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, styles, out time)
            && time >= DateTimeOffset.UnixEpoch;
    }

    private static bool TryParseDay(string text, out DateTimeOffset time)
    {
        // An earlier year belongs to another calendar.
        bool isDay = DateTime.TryParseExact(text, Day, CultureInfo.InvariantCulture, Styles, out DateTime day)
            && day >= DateTime.UnixEpoch;
        time = isDay ? TimeValue.FromDateTime(day) : default;
        return isDay;
    }
}
