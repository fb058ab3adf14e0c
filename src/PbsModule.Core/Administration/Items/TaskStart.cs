using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>When a task started, by its UPID.</summary>
internal static class TaskStart
{
    /// <summary>UTC; null where the text is no UPID.</summary>
    public static DateTimeOffset? Of(string? upid) =>
        upid is not null && Upid.TryParse(upid, out Upid? task, out _)
            ? DateTimeOffset.FromUnixTimeSeconds(task.StartTime)
            : null;
}
