using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Rrd;

/// <summary>A value of the journal that is not yet in its database.</summary>
/// <param name="Time">The time in Unix seconds.</param>
/// <param name="Value">The raw value.</param>
/// <param name="Source">The kind of database to create if there is none.</param>
/// <param name="Path">
/// The path of the database relative to the statistics folder, for example <c>datastore/main/used</c>.
/// </param>
internal sealed record RrdJournalEntry(double Time, double Value, RrdSource Source, string Path);

/// <summary>
/// Reads the statistics journal, whose lines have the form <c>time:value:type:path</c>. Source: proxmox-rrd.
/// </summary>
internal static class RrdJournalText
{
    public const string FileName = "rrd.journal";

    private const string OldPrefix = FileName + "-";

    /// <summary>
    /// Reads all lines. A line that is not an entry is reported and skipped, including a line that is not UTF-8. PBS
    /// stops at a line that is not UTF-8.
    /// </summary>
    /// <param name="content">The content of the file.</param>
    /// <param name="report">
    /// Receives each skipped line: its number, starting at 1, and the reason in PBS's words.
    /// </param>
    public static IEnumerable<RrdJournalEntry> Parse(ReadOnlyMemory<byte> content, Action<int, string> report)
    {
        for (int number = 1; !content.IsEmpty; number++)
        {
            int end = content.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            string? error = "stream did not contain valid UTF-8";
            if (Utf8Text.TryDecode(line.Span, out string? text, out _)
                && TryParse(text, out RrdJournalEntry? entry, out error))
            {
                yield return entry;
            }
            else report(number, error!);
        }
    }

    /// <summary>
    /// Whether a file name is that of a rotated journal. Sets the time in the name: rotated journals are applied in
    /// this order, before the current one.
    /// </summary>
    public static bool TryParseName(string name, out long time)
    {
        time = 0;
        return name.StartsWith(OldPrefix, StringComparison.Ordinal)
            && NumberText.TryParseHex(name.AsSpan(OldPrefix.Length), out time, out _);
    }

    private static bool TryParse(string line, [NotNullWhen(true)] out RrdJournalEntry? entry, out string? error)
    {
        entry = null;
        error = null;
        string[] parts = line.Trim().Split(':', 4);
        double value = 0;
        ulong source = 0;
        if (parts.Length < 4) error = "wrong number of components";
        else if (!FloatText.TryParse(parts[0], out double time)) error = "unable to parse time";
        else if (!FloatText.TryParse(parts[1], out value)) error = "unable to parse value";
        else if (!NumberText.TryParseUnsigned(parts[2], out source, out _) || source > byte.MaxValue)
        {
            error = "unable to parse data source type";
        }
        else if (source > 1) error = $"got strange value for data source type '{source}'";
        else entry = new RrdJournalEntry(time, value, source == 0 ? RrdSource.Gauge : RrdSource.Derive, parts[3]);
        return error is null;
    }
}
