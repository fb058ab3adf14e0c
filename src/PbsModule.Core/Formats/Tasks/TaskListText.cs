using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>What is done about a task list that is damaged.</summary>
public enum TaskDamage
{
    /// <summary>What can be read is used: good lines between bad ones, the front of a torn archive.</summary>
    ReadOn,

    /// <summary>
    /// As a server does: lines that are no text, or a torn archive, spoil all of their file and end the list there.
    /// </summary>
    AsServer,
}

/// <summary>The lines of a task list.</summary>
internal static class TaskListText
{
    private const string NotText = "stream did not contain valid UTF-8";

    /// <summary>Reads all lines; one that is no entry is reported, in PBS's words, and left out.</summary>
    /// <param name="content">The file.</param>
    /// <param name="damage">Whether bytes that are not UTF-8 spoil a line or everything.</param>
    /// <param name="report">Told of each line that is left out.</param>
    /// <exception cref="PbsFormatException">As a server, not UTF-8 somewhere.</exception>
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
    /// As <see cref="Parse"/> where what can be read is used: the last line first, each when it is asked for.
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

        // A damaged error message still tells of the task, a damaged name tells nothing.
        return isEntry && (isText || !entry!.Upid.ToString().Contains('\uFFFD')) ? entry : null;
    }

    /// <summary>The lines of a list, each with its line feed.</summary>
    public static byte[] Format(IEnumerable<TaskListEntry> entries)
    {
        var text = new StringBuilder();
        foreach (TaskListEntry entry in entries) text.Append(entry).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
