using System.Globalization;

namespace PbsModule.Core.Features.Report;

/// <summary>A cell of a report's table.</summary>
/// <param name="Text">The displayed text.</param>
/// <param name="Value">The sort value of a number or a time.</param>
/// <param name="Style">Colour class; null for none.</param>
/// <param name="Markup">The report's own markup, used instead of the text.</param>
internal readonly record struct ReportCell(
    string Text,
    double? Value = null,
    string? Style = null,
    string? Markup = null)
{
    public static ReportCell Size(long bytes) => new(ReportNumbers.Size(bytes), bytes);

    public static ReportCell Count(long count) => new(ReportNumbers.Count(count), count);

    public static ReportCell Time(DateTimeOffset? time) =>
        new(ReportNumbers.Time(time), time?.ToUnixTimeSeconds() ?? 0);
}

/// <summary>A table of a report that can be sorted, and scrolls sideways on narrow pages.</summary>
/// <param name="Caption">Caption of the table.</param>
/// <param name="Headings">
/// Column headings; those that end in '#' hold numbers, those that end in '-' cannot be sorted by.
/// </param>
internal sealed record ReportTable(string Caption, params IReadOnlyList<string> Headings)
{
    public void Write(HtmlText page, IEnumerable<IReadOnlyList<ReportCell>> rows)
    {
        page
            .Markup("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
            .Text(Caption)
            .Markup("\"><table>")
            .Element("caption", Caption)
            .Markup("<thead><tr>");
        foreach (string heading in Headings)
        {
            string name = heading.TrimEnd('#', '-');
            page.Markup(heading.EndsWith('#') ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
            if (heading.EndsWith('-')) page.Text(name);
            else page.Markup("<button type=\"button\">").Text(name).Markup("</button>");
            page.Markup("</th>");
        }

        page.Markup("</tr></thead><tbody>");
        foreach (IReadOnlyList<ReportCell> row in rows) WriteRow(page, row);
        page.Markup("</tbody></table></div>");
    }

    private void WriteRow(HtmlText page, IReadOnlyList<ReportCell> row)
    {
        page.Markup("<tr>");
        for (int i = 0; i < row.Count; i++)
        {
            ReportCell cell = row[i];
            string tag = i == 0 ? "th" : "td";
            string style = string.Join(' ', new[] { Headings[i].EndsWith('#')
                ? "number"
                : null, cell.Style }.Where(each => each is not null));
            string attributes = (i == 0 ? " scope=\"row\"" : "") + (style.Length > 0 ? $" class=\"{style}\"" : "")
                + (cell.Value is { } value
                    ? string.Create(CultureInfo.InvariantCulture, $" data-value=\"{value:R}\"")
                    : "");
            page.Markup($"<{tag}{attributes}>");
            if (cell.Markup is not null) page.Markup(cell.Markup);
            else page.Text(cell.Text);
            page.Markup($"</{tag}>");
        }

        page.Markup("</tr>\n");
    }
}
