using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// Reads and writes the lines of a task log: <c>{time}: {message}</c>, with the time in RFC 3339 in the local time
/// zone. If a message has several lines, only the first contains a time. The last line contains the result. Source:
/// proxmox-rest-server FileLogger and upid_read_status.
/// </summary>
public static class TaskLogText
{
    /// <summary>The number of bytes at the end of a log in which PBS looks for the result.</summary>
    public const int TailLength = 8192;

    private const string Separator = ": ";
    private const string ResultPrefix = "TASK ";
    private const int LongestTime = 32;

    /// <summary>Returns a message as it is written to the log, with its final line feed.</summary>
    public static string Format(DateTimeOffset time, string message) => Format(Rfc3339.Format(time), message);

    /// <inheritdoc cref="Format(DateTimeOffset, string)"/>
    public static string Format(string time, string message) => string.Concat(time, Separator, message, "\n");

    /// <summary>Returns the message that ends a log.</summary>
    public static string ResultMessage(TaskState state) => ResultPrefix + state.ResultText;

    /// <summary>
    /// Splits a line into time and message. A line without a time, as in a long message, is returned completely as
    /// message.
    /// </summary>
    public static (DateTimeOffset? Time, string Message) Split(string line)
    {
        int at = line.IndexOf(Separator, StringComparison.Ordinal);

        // In a time zone behind UTC, the last hours of the year 9999 are after the end of the calendar.
        if (at < 0 || !Rfc3339.TryParse(line.AsSpan(0, at), out long seconds) || seconds > BackupTime.MaxSeconds)
        {
            return (null, line);
        }

        return (DateTimeOffset.FromUnixTimeSeconds(seconds), line[(at + Separator.Length)..]);
    }

    /// <summary>Returns the result of a task from the last <see cref="TailLength"/> bytes of its log.</summary>
    /// <param name="tail">The end of the log.</param>
    /// <param name="startTime">
    /// The start time of the task in Unix seconds. It is used as end time if the last line has no time.
    /// </param>
    /// <param name="isLong">
    /// Whether the last message may have several lines. PBS 4.x then finds its first line by the time; older releases
    /// see only the last line, and report such a result as unknown.
    /// </param>
    /// <exception cref="PbsFormatException">The last line is not UTF-8.</exception>
    public static TaskState ReadState(ReadOnlySpan<byte> tail, long startTime, bool isLong = false)
    {
        ReadOnlySpan<byte> content = tail.TrimEnd((byte)'\n');
        int start = content.LastIndexOf((byte)'\n') + 1;
        for (int earlier = start; isLong && !HasTime(content[earlier..]) && earlier > 0;)
        {
            earlier = content[..(earlier - 1)].LastIndexOf((byte)'\n') + 1;
            if (HasTime(content[earlier..])) start = earlier;
        }

        ReadOnlySpan<byte> bytes = content[start..];
        if (!Utf8Text.TryDecode(bytes, out string? line, out string? error))
        {
            throw new PbsFormatException(PbsErrorId.TaskLogInvalid, $"upid_read_status: utf8 parse failed: {error}");
        }

        int at = line.IndexOf(Separator, StringComparison.Ordinal);
        ReadOnlySpan<char> time = at < 0 ? line : line.AsSpan(0, at);
        ReadOnlySpan<char> message = at < 0 ? [] : line.AsSpan(at + Separator.Length);
        if (!Rfc3339.TryParse(time, out long endTime)) return new TaskState(TaskStateKind.Unknown, startTime);
        return message.StartsWith(ResultPrefix, StringComparison.Ordinal)
            && TaskState.TryParse(message[ResultPrefix.Length..], endTime, out TaskState state, out _)
                ? state
                : new TaskState(TaskStateKind.Unknown, endTime);
    }

    /// <summary>Whether a line begins with a time, and so is the first of its message.</summary>
    private static bool HasTime(ReadOnlySpan<byte> line)
    {
        int at = line.IndexOf(": "u8);
        if (at is <= 0 or > LongestTime) return false;
        Span<char> time = stackalloc char[LongestTime];
        return Encoding.ASCII.TryGetChars(line[..at], time, out int length)
            && Rfc3339.TryParse(time[..length], out _);
    }
}
