using Spectre.Console;

namespace Tour;

/// <summary>Plain tables from rows of text.</summary>
internal static class Tables
{
    // The one column whose texts may be long; it gives way on narrow terminals.
    private const string Wrapping = "Comment";

    /// <param name="columns">Headings; one that starts with '&gt;' is aligned right.</param>
    /// <param name="rows">One text a column.</param>
    public static Table Of(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in columns)
        {
            var heading = new TableColumn(Markup.Escape(column.TrimStart('>'))) { NoWrap = column != Wrapping, Padding = new Padding(0, 0, 1, 0) };
            table.AddColumn(column.StartsWith('>') ? heading.RightAligned() : heading);
        }

        foreach (string[] row in rows) table.AddRow([.. row.Select(text => Markup.Escape(text))]);
        return table;
    }
}
