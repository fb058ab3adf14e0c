using System.Globalization;

namespace PbsModule.Core.Features.Report;

/// <summary>Formats a report's numbers, independent of the culture.</summary>
internal static class ReportNumbers
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Formats a size with three significant digits and a unit.</summary>
    public static string Size(long? bytes)
    {
        if (bytes is not { } size) return "–";
        double value = size;
        int unit = 0;
        while (Math.Abs(value) >= 1000 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    public static string Count(long count) =>
        count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    public static string Percent(double? part) =>
        part is { } value
            ? (value * 100).ToString(Math.Abs(value) < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %"
            : "–";

    public static string Factor(double? factor) =>
        factor is { } value ? value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " ×" : "–";

    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–";

    public static string Day(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>Formats the whole days between two times.</summary>
    public static string Days(DateTimeOffset? time, DateTimeOffset now) =>
        time is { } then ? Count((long)Math.Max(0, (now - then).TotalDays)) + " d" : "–";
}
