using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Features.Listing;

/// <summary>Reads a task's start time from its UPID.</summary>
internal static class TaskStart
{
    /// <summary>Returns the start time, UTC; null if the text is not a UPID.</summary>
    public static DateTimeOffset? Of(string? upid) =>
        upid is not null && Upid.TryParse(upid, out Upid? task, out _)
            ? DateTimeOffset.FromUnixTimeSeconds(task.StartTime)
            : null;
}
