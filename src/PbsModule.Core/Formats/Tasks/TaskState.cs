using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>The kinds of task results.</summary>
public enum TaskStateKind
{
    /// <summary>The log contains no result, for example because the task was killed.</summary>
    Unknown,

    /// <summary>The task succeeded.</summary>
    Ok,

    /// <summary>The task succeeded with warnings.</summary>
    Warning,

    /// <summary>The task failed.</summary>
    Error,
}

/// <summary>
/// The result of a finished task. PBS stores its text form (<c>OK</c>, <c>WARNINGS: n</c>, <c>unknown</c>, or the error
/// message itself) in its task lists. As in PBS, an error whose message is <c>OK</c> is read as success. Source:
/// proxmox-rest-server TaskState.
/// </summary>
/// <param name="Kind">The kind of the result.</param>
/// <param name="EndTime">The end time in Unix seconds.</param>
/// <param name="Warnings">The number of warnings. 0 unless the kind is <see cref="TaskStateKind.Warning"/>.</param>
/// <param name="Message">The error message. Null unless the kind is <see cref="TaskStateKind.Error"/>.</param>
public readonly record struct TaskState(TaskStateKind Kind, long EndTime, ulong Warnings = 0, string? Message = null)
{
    private const string WarningsPrefix = "WARNINGS: ";
    private const string ErrorPrefix = "ERROR: ";

    /// <summary>The text of the status column, without the prefix for errors.</summary>
    public string Text => Kind switch
    {
        TaskStateKind.Ok => "OK",
        TaskStateKind.Warning => string.Create(CultureInfo.InvariantCulture, $"{WarningsPrefix}{Warnings}"),
        TaskStateKind.Error => Message ?? "",
        _ => "unknown",
    };

    /// <summary>The text of the last line of a log, after <c>TASK </c>.</summary>
    public string ResultText => Kind == TaskStateKind.Error ? ErrorPrefix + Message : Text;

    public static bool TryParse(
        ReadOnlySpan<char> text,
        long endTime,
        out TaskState state,
        [NotNullWhen(false)] out string? error)
    {
        state = new TaskState(TaskStateKind.Unknown, endTime);
        error = null;
        if (text is "unknown") return true;
        if (text is "OK")
        {
            state = new TaskState(TaskStateKind.Ok, endTime);
            return true;
        }

        if (text.StartsWith(WarningsPrefix, StringComparison.Ordinal))
        {
            if (!NumberText.TryParseUnsigned(text[WarningsPrefix.Length..], out ulong count, out error)) return false;
            state = new TaskState(TaskStateKind.Warning, endTime, count);
            return true;
        }

        if (text.IsEmpty)
        {
            error = "unable to parse Task Status ''";
            return false;
        }

        if (text.StartsWith(ErrorPrefix, StringComparison.Ordinal)) text = text[ErrorPrefix.Length..];
        state = new TaskState(TaskStateKind.Error, endTime, Message: text.ToString());
        return true;
    }

    public override string ToString() => Text;
}
