using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// A line of PBS's task lists: <c>{UPID}</c> for a running task, or <c>{UPID} {end time} {state}</c>, with the time as
/// hexadecimal Unix seconds. Source: proxmox-rest-server worker_task.rs.
/// </summary>
/// <param name="Upid">The task.</param>
/// <param name="State">The result, or null while the task is running.</param>
public sealed record TaskListEntry(Upid Upid, TaskState? State)
{
    private const int MaxFields = 3;

    public bool IsRunning => State is null;

    public static bool TryParse(
        string line,
        [NotNullWhen(true)] out TaskListEntry? entry,
        [NotNullWhen(false)] out string? error)
    {
        entry = null;
        string[] fields = line.Split(' ', MaxFields);
        if (!Upid.TryParse(fields[0], out Upid? upid, out error)) return false;
        if (fields.Length == 1)
        {
            entry = new TaskListEntry(upid, null);
            return true;
        }

        if (fields.Length < MaxFields)
        {
            error = "wrong number of components";
            return false;
        }

        if (!NumberText.TryParseHex(fields[1], out long endTime, out error)
            || !TaskState.TryParse(fields[2], endTime, out TaskState state, out error))
        {
            return false;
        }

        entry = new TaskListEntry(upid, state);
        return true;
    }

    /// <summary>Returns the line without its line feed.</summary>
    public override string ToString() => State is { } state
        ? string.Create(CultureInfo.InvariantCulture, $"{Upid} {state.EndTime:X8} {state.Text}")
        : Upid.ToString();
}
