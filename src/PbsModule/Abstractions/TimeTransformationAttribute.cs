using System.Globalization;
using System.Management.Automation;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// Lets a time parameter take a DateTime, a DateTimeOffset, RFC 3339 text, Unix seconds, and the culture's own text as
/// Export-Csv writes it. Text without an offset is local time, as everywhere in PowerShell.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => ArgumentValues.Convert(inputData, One);

    /// <summary>A <see cref="DateTimeOffset"/>; null for no time.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It is none.</exception>
    internal static object? One(object? value) => value switch
    {
        null or DateTimeOffset => value,
        DateTime time => FromDateTime(time),
        // Import-Clixml leaves of a DateTimeOffset its properties and its text.
        PSObject kept => One(kept.ToString()),
        // An empty cell of a CSV file: no time.
        string text when string.IsNullOrWhiteSpace(text) => null,
        string text => TryParse(text, out DateTimeOffset time)
            ? time
            : throw ArgumentValues.Refuse($"'{text}' is not a time; write it like 2024-05-01T10:00:00Z, as a date of your culture, or as Unix seconds"),
        long or int or uint or short or ushort or byte or sbyte => FromSeconds(System.Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        double seconds when double.IsInteger(seconds) && Math.Abs(seconds) <= BackupTime.MaxSeconds => FromSeconds((long)seconds),
        _ => throw ArgumentValues.Refuse($"a {value.GetType().Name} is not a time"),
    };

    /// <summary>As <see cref="One"/> for text; used by completion and identity texts, too.</summary>
    internal static bool TryParse(string text, out DateTimeOffset time)
    {
        text = text.Trim();
        time = default;
        if (BackupTime.TryParse(text, out long seconds, out bool exact, out _) && exact)
        {
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seconds))
        {
            if (seconds is < 0 or > BackupTime.MaxSeconds) return false;
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        // Year first is RFC 3339 or close to it in every culture; only then may the culture say which number is the day. Export-Csv writes
        // a time as the culture does, "$time" as no culture does: what reads as neither in full is read as the culture would.
        CultureInfo culture = CultureInfo.CurrentCulture, none = CultureInfo.InvariantCulture;
        return (StartsWithYear(text) && DateTimeOffset.TryParse(text, none, DateTimeStyles.AssumeLocal, out time))
            || TryParseInFull(text, culture, out time)
            || TryParseInFull(text, none, out time)
            || DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeLocal, out time)
            || DateTimeOffset.TryParse(text, none, DateTimeStyles.AssumeLocal, out time);
    }

    /// <summary>A text just as <see cref="DateTimeOffset"/> or <see cref="DateTime"/> print themselves, of a time when there were backups.</summary>
    private static bool TryParseInFull(string text, CultureInfo culture, out DateTimeOffset time)
    {
        string pattern = $"{culture.DateTimeFormat.ShortDatePattern} {culture.DateTimeFormat.LongTimePattern}";
        return DateTimeOffset.TryParseExact(text, [pattern + " zzz", pattern], culture, DateTimeStyles.AssumeLocal, out time) && time >= DateTimeOffset.UnixEpoch;
    }

    private static DateTimeOffset FromSeconds(long seconds) => seconds is >= 0 and <= BackupTime.MaxSeconds
        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw ArgumentValues.Refuse($"{seconds} is not a time in Unix seconds (0 to {BackupTime.MaxSeconds})");

    private static DateTimeOffset FromDateTime(DateTime time) =>
        new(time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Local) : time);

    private static bool StartsWithYear(string text) =>
        text.Length > 4 && text[4] == '-' && text.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;
}
