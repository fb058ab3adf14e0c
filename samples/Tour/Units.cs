using System.Globalization;

namespace Tour;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    private static readonly string[] Names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Size(long? bytes)
    {
        if (bytes is not { } value) return "";
        double scaled = value;
        int unit = 0;
        while (scaled >= 1024 && unit < Names.Length - 1)
        {
            scaled /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{scaled:0.##} {Names[unit]}");
    }

    public static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}
