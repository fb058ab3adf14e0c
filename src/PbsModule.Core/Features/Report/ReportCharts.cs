using System.Globalization;
using PbsModule.Core.Features.Metrics;

namespace PbsModule.Core.Features.Report;

/// <summary>
/// Draws the charts of a report, as SVG with the page's colours. Each has a title and a description for screen readers.
/// </summary>
internal static class ReportCharts
{
    private const double Width = 720;
    private const double Left = 80;
    private const double Right = 12;
    private const double Top = 12;
    private const double PlotHeight = 180;
    private const double Bottom = 26;
    private const int MostPoints = 360;

    /// <summary>Draws usage over time, from empty to full, and the forecast.</summary>
    /// <param name="id">Id of the chart on the page.</param>
    /// <param name="history">The recorded usage.</param>
    /// <param name="forecast">The forecast; drawn if it belongs to this window.</param>
    public static string History(string id, UsageHistory history, DatastoreForecast? forecast)
    {
        UsagePoint[] points = Thinned([.. history.Points]);
        DateTimeOffset from = points[0].Time, until = points[^1].Time;
        bool hasForecast = forecast?.FullTime is not null && forecast.Timeframe == history.Timeframe;
        DateTimeOffset end = hasForecast ? until + ((until - from) / 4) : until;
        double X(DateTimeOffset time) =>
            Left + ((Width - Left - Right) * (time - from).Ticks / Math.Max(1, (end - from).Ticks));
        static double Y(double usage) => Top + (PlotHeight * (1 - Math.Clamp(usage, 0, 1)));

        UsagePoint[] known = [.. points.Where(point => point.Usage is not null)];
        string description =
            $"From {ReportNumbers.Percent(known[0].Usage)} on {ReportNumbers.Day(known[0].Time)} to "
                + $"{ReportNumbers.Percent(known[^1].Usage)} on {ReportNumbers.Day(known[^1].Time)}; "
            + $"at least {ReportNumbers.Percent(known.Min(point => point.Usage))}, at most "
            + $"{ReportNumbers.Percent(known.Max(point => point.Usage))}.";
        var svg = new HtmlText();
        Begin(
            svg,
            id,
            $"Usage over the last {history.Timeframe.ToString().ToLowerInvariant()}",
            description,
            Top + PlotHeight + Bottom);
        foreach (double line in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            svg
                .Markup(
                    $"<line class=\"grid\" x1=\"{N(Left)}\" x2=\"{N(Width - Right)}\" y1=\"{N(Y(line))}\" "
                        + $"y2=\"{N(Y(line))}\"/>")
                    .Markup(
                        $"<text class=\"axis\" x=\"{N(Left - 8)}\" y=\"{N(Y(line) + 4)}\" "
                            + $"text-anchor=\"end\">{(line * 100).ToString("0", CultureInfo.InvariantCulture)} "
                            + "%</text>");
        }

        foreach ((string area, string stroke) in Runs(
            points,
            X,
            Y)) svg.Markup($"<path class=\"area\" d=\"{area}\"/><path class=\"line\" d=\"{stroke}\"/>");
        if (hasForecast)
        {
            // Starts at the last value, which may be older than the window's end.
            DateTimeOffset begin = forecast!.Until!.Value;
            double later = forecast.Usage!.Value + (forecast.UsagePerDay!.Value * (end - begin).TotalDays);
            svg.Markup(
                $"<path class=\"forecast\" d=\"M{N(X(begin))} {N(Y(forecast.Usage.Value))}L{N(X(end))} "
                    + $"{N(Y(later))}\"/>");
        }

        for (int i = 0; i <= 3; i++)
        {
            DateTimeOffset time = from + ((end - from) * (i / 3.0));
            string anchor = i == 0 ? "start" : i == 3 ? "end" : "middle";
            svg.Markup(
                $"<text class=\"axis\" x=\"{N(X(time))}\" y=\"{N(Top + PlotHeight + 18)}\" "
                    + $"text-anchor=\"{anchor}\">{ReportNumbers.Day(time)}</text>");
        }

        return svg.Markup("</svg>").ToString();
    }

    /// <summary>Draws one bar in parts, from the left.</summary>
    /// <param name="id">Id of the chart on the page.</param>
    /// <param name="title">Title of the chart.</param>
    /// <param name="parts">Name, colour class and amount of each part.</param>
    public static string Parts(string id, string title, IReadOnlyList<(string Name, string Style, double Value)> parts)
    {
        const double height = 34;
        double whole = Math.Max(parts.Sum(part => part.Value), double.Epsilon);
        var svg = new HtmlText();
        Begin(svg, id, title, string.Join(", ", parts.Select(part =>
            $"{part.Name} {ReportNumbers.Percent(part.Value / whole)}")) + ".", height);
        double x = 0;
        foreach ((string name, string style, double value) in parts.Where(part => part.Value > 0))
        {
            double width = Width * value / whole;
            svg
                .Markup(
                    $"<rect class=\"{style}\" x=\"{N(x)}\" y=\"0\" width=\"{N(Math.Max(width - 2, 1))}\" "
                        + $"height=\"{N(height)}\" rx=\"3\"><title>")
                .Text($"{name}: {ReportNumbers.Percent(value / whole)}")
                .Markup("</title></rect>");
            x += width;
        }

        return svg.Markup("</svg>").ToString();
    }

    /// <summary>
    /// Draws a small bar for a table: exclusive, then shared size. Hidden from screen readers, because the numbers
    /// beside it say the same.
    /// </summary>
    public static string Inline(double exclusive, double shared, double most)
    {
        const double width = 160;
        double scale = width / Math.Max(most, double.Epsilon);
        return "<svg class=\"inline\" viewBox=\"0 0 160 12\" aria-hidden=\"true\" preserveAspectRatio=\"none\"><rect "
            + $"class=\"own\" width=\"{N(exclusive * scale)}\" height=\"12\"/>"
            + $"<rect class=\"shared\" x=\"{N(exclusive * scale)}\" width=\"{N(shared * scale)}\" "
            + "height=\"12\"/></svg>";
    }

    private static void Begin(HtmlText svg, string id, string title, string description, double height) => svg
        .Markup(
            $"<svg class=\"chart\" viewBox=\"0 0 {N(Width)} {N(height)}\" role=\"img\" aria-labelledby=\"{id}-title "
                + $"{id}-text\"><title id=\"{id}-title\">")
            .Text(title)
            .Markup($"</title><desc id=\"{id}-text\">").Text(description).Markup("</desc>");

    /// <summary>
    /// Splits the points into runs of known values, and returns the path of the area and of the line for each.
    /// </summary>
    private static IEnumerable<(string Area, string Line)> Runs(
        UsagePoint[] points,
        Func<DateTimeOffset, double> x,
        Func<double, double> y)
    {
        for (int start = 0; start < points.Length;)
        {
            if (points[start].Usage is null)
            {
                start++;
                continue;
            }

            int end = start;
            while (end < points.Length && points[end].Usage is not null) end++;
            string line =
                string.Join('L', points[start..end].Select(point => $"{N(x(point.Time))} {N(y(point.Usage!.Value))}"));

            // A single value becomes a dot.
            if (end - start == 1) line += $"L{N(x(points[start].Time) + 1)} {N(y(points[start].Usage!.Value))}";
            yield return ($"M{N(x(points[start].Time))} {N(y(0))}L{line}L{N(x(points[end - 1].Time))} {N(y(0))}Z", "M"
                + line);
            start = end;
        }
    }

    /// <summary>Reduces the points to the number that the chart can show; each is the mean of a stretch.</summary>
    private static UsagePoint[] Thinned(UsagePoint[] points)
    {
        if (points.Length <= MostPoints) return points;
        int stretch = (points.Length + MostPoints - 1) / MostPoints;
        return [.. points.Chunk(stretch).Select(part =>
            new UsagePoint(part[0].Time, part.Average(point => point.Usage)))];
    }

    private static string N(double number) => HtmlText.Number(number);
}
