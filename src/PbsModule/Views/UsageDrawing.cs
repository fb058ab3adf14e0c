using System.Globalization;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;

namespace PbsModule.Views;

/// <summary>Draws usage with characters: a bar, a chart over time, a bar for each group.</summary>
internal static class UsageDrawing
{
    private const int Rows = 8;
    private const int AxisWidth = 6;
    private const int NarrowestBar = 10;

    // Two sizes, each with a blank before and after.
    private const int NumbersWidth = 21;
    private const int Green = 32;
    private const int Yellow = 33;
    private const int Red = 31;
    private const int Cyan = 36;
    private const int Gray = 90;
    private const double High = 0.8;
    private const double VeryHigh = 0.9;

    // From an empty cell to a full one, in eighths.
    private const string Eighths = " ▁▂▃▄▅▆▇█";

    /// <summary>Draws the name of a store and its used share.</summary>
    public static IEnumerable<string> Head(DatastoreStatus status, TerminalCanvas canvas)
    {
        yield return DisplayText.Plain(status.Datastore);
        if (status.Total is not > 0 || status.Used is not { } used) yield break;

        // As in df: the share of the space that unprivileged accounts can use.
        double part = used / (double)Math.Max(1, used + (status.Available ?? 0));
        string text = $"{Percent(part)} used, {Size(status.Available, canvas)} of {Size(status.Total, canvas)} free";
        bool fits = canvas.Width - text.Length - 1 >= NarrowestBar;
        int width = fits ? canvas.Width - text.Length - 1 : canvas.Width;
        int full = (int)Math.Round(Math.Clamp(part, 0, 1) * width);
        string bar =
            canvas.Colored(new string(canvas.IsPlain ? '#' : '█', full), ColorOf(part)) + new string(canvas.IsPlain
                ? '.'
                : '░', width - full);
        yield return fits ? $"{bar} {text}" : bar;
        if (!fits) yield return text;
    }

    /// <summary>
    /// Draws usage over time, one column for each interval. If <paramref name="now"/> is after the predicted date, the
    /// forecast is worded as past.
    /// </summary>
    public static IEnumerable<string> History(
        IReadOnlyList<UsagePoint> points,
        MetricTimeframe timeframe,
        DatastoreForecast forecast,
        DateTimeOffset now,
        TerminalCanvas canvas)
    {
        yield return "";
        yield return $"Usage over the last {Name(timeframe)}";
        if (!points.Any(point => point.Usage is not null))
        {
            yield return "  nothing was recorded";
            yield break;
        }

        int columns = canvas.Width - AxisWidth - 1;
        double?[] usage = Columns(points, columns);
        for (int row = Rows - 1; row >= 0; row--)
        {
            string label = row == Rows - 1 ? "100%" : row == Rows / 2 ? "50%" : row == 0 ? "0%" : "";
            string line = string.Concat(usage.Select(part => Cell(part, row, canvas)));
            yield return $"{label,AxisWidth - 1} {(canvas.IsPlain ? '|' : '│')}{line.TrimEnd(' ')}";
        }

        string from = Day(points[0].Time), until = Day(points[^1].Time);
        yield return new string(
            ' ',
            AxisWidth + 1) + from + until.PadLeft(Math.Max(until.Length + 1, columns - from.Length));
        if (forecast.FullTime is null)
        {
            yield return Cut(DisplayText.Plain($"no forecast: {forecast.Reason}"), canvas.Width).TrimEnd();
            yield break;
        }

        yield return $"{(forecast.FullTime < now ? "would have been full" : "full")} about {Day(forecast.FullTime)},";
        yield return $"between {Day(forecast.EarliestFullTime)} and {Day(forecast.LatestFullTime)}";
    }

    /// <summary>Draws the space usage of groups, the largest first.</summary>
    public static IEnumerable<string> Groups(IReadOnlyList<GroupSpaceInfo> groups, int top, TerminalCanvas canvas)
    {
        GroupSpaceInfo[] largest = [.. groups.OrderByDescending(group => group.StoredSize).Take(top)];
        yield return "";
        yield return largest.Length < groups.Count
            ? $"Space of the {largest.Length} largest of {groups.Count} groups"
            : $"Space of {groups.Count} groups";
        if (largest.Length == 0) yield break;
        int name = Math.Min(largest.Max(group => group.ToString().Length), canvas.Width / 3);
        int width = Math.Max(1, canvas.Width - name - NumbersWidth);
        double most = Math.Max(1, largest.Max(group => group.StoredSize));
        foreach (GroupSpaceInfo group in largest)
        {
            int all = (int)Math.Round(group.StoredSize / most * width), own =
                (int)Math.Round(group.ExclusiveSize / most * width);
            string bar = canvas.Colored(new string(canvas.IsPlain ? '#' : '█', own), Cyan)
                + canvas.Colored(new string(canvas.IsPlain ? '-' : '▒', Math.Max(0, all - own)), Gray);
            string stored = Size(group.StoredSize, canvas), exclusive = Size(group.ExclusiveSize, canvas);
            yield return $"{Cut(group.ToString(), name)} {stored,9} {exclusive,9} {bar}";
        }

        yield return $"{new string(' ', name)} {"on disk",9} {"its own",9}";
        yield return canvas.IsPlain
            ? "# its own, - shared with others"
            : $"{canvas.Colored("█", Cyan)} its own {canvas.Colored("▒", Gray)} shared with others";
    }

    /// <summary>Returns the mean of each interval; null for an interval without recorded values.</summary>
    private static double?[] Columns(IReadOnlyList<UsagePoint> points, int count)
    {
        var columns = new double?[Math.Min(count, points.Count)];
        for (int column = 0; column < columns.Length; column++)
        {
            int from = (int)((long)points.Count * column / columns.Length), until =
                (int)((long)points.Count * (column + 1) / columns.Length);
            columns[column] = points.Skip(from).Take(until - from).Average(point => point.Usage);
        }

        return columns;
    }

    private static string Cell(double? part, int row, TerminalCanvas canvas)
    {
        if (part is not { } value) return " ";
        double height = Math.Clamp(value, 0, 1) * Rows - row;
        if (canvas.IsPlain) return height >= 0.5 || (row == 0 && value > 0) ? "#" : " ";
        int eighths = (int)Math.Clamp(Math.Round(height * 8), row == 0 && value > 0 ? 1 : 0, 8);
        return eighths == 0 ? " " : canvas.Colored(Eighths[eighths].ToString(), ColorOf(value));
    }

    private static string Cut(string name, int width) =>
        name.Length <= width ? name.PadRight(width) : name[..(width - 1)] + "~";

    private static int ColorOf(double part) => part >= VeryHigh ? Red : part >= High ? Yellow : Green;

    private static string Percent(double part) => (part * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    private static string Name(MetricTimeframe timeframe) => timeframe.ToString().ToLowerInvariant();

    private static string Day(DateTimeOffset? time) => time is null ? "never" : DisplayText.Day(time);

    /// <summary>
    /// Plain output uses the invariant culture, because some cultures write numbers with non-ASCII characters.
    /// </summary>
    private static string Size(long? bytes, TerminalCanvas canvas) =>
        DisplayText.Size(bytes, canvas.IsPlain ? CultureInfo.InvariantCulture : CultureInfo.CurrentCulture);
}
