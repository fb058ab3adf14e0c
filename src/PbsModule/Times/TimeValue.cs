using System.Globalization;
using System.Management.Automation;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Times;

/// <summary>Reads a time from every supported form: objects, their deserialized forms, texts, numbers.</summary>
internal static class TimeValue
{
    private const string Ticks = "UtcTicks", Clock = "UtcDateTime", Text = "Text";

    /// <summary>Reads the exact time of a value; returns false if it has none, or is ambiguous.</summary>
    public static bool TryRead(object? value, out DateTimeOffset time)
    {
        time = default;
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case UtcTime utc:
                time = (DateTimeOffset)utc;
                return true;
            case DateTimeOffset offset:
                time = offset;
                return true;
            case DateTime clock:
                time = FromDateTime(clock);
                return true;
            case string text:
                return TimeText.TryParse(text, out time);
            case PSObject remains:
                return TryReadRemains(remains, out time);
            case long or int or uint or short or ushort or byte or sbyte:
                return TimeText.TryFromSeconds(Convert.ToInt64(plain, CultureInfo.InvariantCulture), out time);
            case double seconds when double.IsInteger(seconds) && Math.Abs(seconds) <= BackupTime.MaxSeconds:
                return TimeText.TryFromSeconds((long)seconds, out time);
            default:
                return false;
        }
    }

    /// <summary>Converts a DateTime; one without a kind is local time, as everywhere in PowerShell.</summary>
    public static DateTimeOffset FromDateTime(DateTime time)
    {
        if (time.Kind == DateTimeKind.Unspecified) time = DateTime.SpecifyKind(time, DateTimeKind.Local);

        // Near the ends of the calendar a local time has no equivalent in UTC.
        return time.Ticks < TimeSpan.TicksPerDay || DateTime.MaxValue.Ticks - time.Ticks < TimeSpan.TicksPerDay
            ? new DateTimeOffset(time.Ticks, TimeSpan.Zero)
            : new DateTimeOffset(time);
    }

    /// <summary>
    /// Reads the properties that remain of a time after Import-Clixml, a job or ConvertFrom-Json. They are exact; its
    /// text is that of a culture if the time was a <see cref="DateTimeOffset"/>.
    /// </summary>
    private static bool TryReadRemains(PSObject remains, out DateTimeOffset time)
    {
        time = default;
        if (remains.Properties[Ticks]?.Value is not { } ticks || !TryTicks(ticks, out time)) return false;

        // The properties must agree: after an edit of one it is unknown which one is right.
        return (remains.Properties[Clock]?.Value is not DateTime clock || clock.ToUniversalTime() == time.UtcDateTime)
            && (remains.Properties[Text]?.Value is not { } text
                || (TryRead(text, out DateTimeOffset said) && said == time));
    }

    private static bool TryTicks(object value, out DateTimeOffset time)
    {
        time = default;
        object plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is not long ticks || ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }
}
