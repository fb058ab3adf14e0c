using System.Globalization;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Formats sizes in bytes as PBS prints them in task logs: <c>1.5 GiB</c>, <c>357.732 KiB</c>, <c>0 B</c>.
/// </summary>
public static class ByteText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>
    /// Formats a size in the largest binary unit in which it is at least one, with up to three decimals.
    /// </summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {Units[unit]}");
    }
}
