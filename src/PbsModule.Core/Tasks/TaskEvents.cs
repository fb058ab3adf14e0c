using PbsModule.Core.Errors;

namespace PbsModule.Core.Tasks;

/// <summary>How serious a line of a task's log is.</summary>
public enum TaskLogLevel
{
    Information,

    /// <summary>Counted: a task with warnings does not end as OK.</summary>
    Warning,
}

/// <summary>How far a task has come.</summary>
/// <param name="Activity">What it does, for instance <c>verify main:vm/100</c>.</param>
/// <param name="Status">What it is at.</param>
/// <param name="Done">How much is done.</param>
/// <param name="Total">How much there is; 0 where that is not known.</param>
/// <param name="Unit">What is counted.</param>
public sealed record TaskProgress(
    string Activity,
    string? Status,
    long Done,
    long Total,
    TaskProgressUnit Unit = TaskProgressUnit.Bytes);

/// <summary>What a task's progress counts.</summary>
public enum TaskProgressUnit
{
    Bytes,

    /// <summary>Things of the same kind, which <see cref="TaskProgress.Status"/> names.</summary>
    Items,
}

/// <summary>Something a task tells while it works.</summary>
public abstract record TaskEvent;

/// <summary>A message of the log.</summary>
/// <param name="Time">When, in the local zone.</param>
/// <param name="Level">How serious.</param>
/// <param name="Message">Without time stamp and prefix; may have several lines.</param>
/// <param name="Cause">What a warning is about, where there is an exception.</param>
public sealed record TaskMessageEvent(
    DateTimeOffset Time,
    TaskLogLevel Level,
    string Message,
    PbsException? Cause) : TaskEvent;

/// <summary>A result.</summary>
public sealed record TaskItemEvent(object Item) : TaskEvent;

/// <summary>Progress. Only told when there is room: the next one says more.</summary>
public sealed record TaskProgressEvent(TaskProgress Progress) : TaskEvent;
