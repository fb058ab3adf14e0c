using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>The handling of a damaged task list.</summary>
public enum TaskDamage
{
    /// <summary>
    /// Uses everything that can be read: the valid lines between damaged ones, and the start of a truncated archive.
    /// </summary>
    ReadOn,

    /// <summary>
    /// Behaves like a server: if a file contains lines that are not text or is a truncated archive, the complete file
    /// is ignored and the list ends there.
    /// </summary>
    AsServer,
}

/// <summary>Reads and writes the lines of a task list.</summary>
internal static class TaskListText
{
    private const string NotText = "stream did not contain valid UTF-8";

    /// <summary>Reads all lines. A line that is not an entry is reported in PBS's words and skipped.</summary>
    /// <param name="content">The content of the file.</param>
    /// <param name="damage">Whether bytes that are not UTF-8 affect one line or the complete file.</param>
    /// <param name="report">Receives a message for each skipped line.</param>
    /// <exception cref="PbsFormatException">
    /// The content is not UTF-8, and <paramref name="damage"/> is <see cref="TaskDamage.AsServer"/>.
    /// </exception>
    public static List<TaskListEntry> Parse(ReadOnlySpan<byte> content, TaskDamage damage, Action<string> report)
    {
        if (damage == TaskDamage.AsServer && !Utf8Text.TryDecode(content, out _, out _))
        {
            throw new PbsFormatException(PbsErrorId.TaskListInvalid, NotText);
        }

        var entries = new List<TaskListEntry>();
        while (!content.IsEmpty)
        {
            int end = content.IndexOf((byte)'\n');
            if (ParseLine(end < 0 ? content : content[..end], report) is { } entry) entries.Add(entry);
            content = end < 0 ? [] : content[(end + 1)..];
        }

        return entries;
    }

    /// <summary>
    /// Reads the lines from the last to the first, each when it is requested, with <see cref="TaskDamage.ReadOn"/>. See
    /// <see cref="Parse"/>.
    /// </summary>
    public static IEnumerable<TaskListEntry> ParseFromEnd(ReadOnlyMemory<byte> content, Action<string> report)
    {
        int end = content.Length;
        if (end == 0) yield break;
        if (content.Span[^1] == (byte)'\n') end--;
        while (end >= 0)
        {
            int start = content.Span[..end].LastIndexOf((byte)'\n') + 1;
            if (ParseLine(content.Span[start..end], report) is { } entry) yield return entry;
            end = start - 1;
        }
    }

    private static TaskListEntry? ParseLine(ReadOnlySpan<byte> line, Action<string> report)
    {
        if (line.EndsWith((byte)'\r')) line = line[..^1];
        bool isText = Utf8Text.TryDecode(line, out string? text, out _);
        text ??= Encoding.UTF8.GetString(line);
        bool isEntry = TaskListEntry.TryParse(text, out TaskListEntry? entry, out string? error);
        if (!isText || !isEntry) report($"unable to parse worker status '{text}' - {(isText ? error : NotText)}");

        // An entry with a damaged error message still identifies its task. An entry with a damaged UPID does not.
        return isEntry && (isText || !entry!.Upid.ToString().Contains('\uFFFD')) ? entry : null;
    }

    /// <summary>Returns the lines of a list, each with a line feed.</summary>
    public static byte[] Format(IEnumerable<TaskListEntry> entries)
    {
        var text = new StringBuilder();
        foreach (TaskListEntry entry in entries) text.Append(entry).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
