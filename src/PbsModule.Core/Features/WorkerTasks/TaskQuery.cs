using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Features.WorkerTasks;

/// <summary>
/// Selects worker tasks. Filters are combined with "and", the values of one filter with "or"; an empty list does not
/// filter.
/// </summary>
public sealed record TaskQuery
{
    /// <summary>True for running tasks, false for finished tasks, null for both.</summary>
    public bool? Running { get; init; }

    /// <summary>Patterns on the worker type.</summary>
    public IReadOnlyList<NameFilter> Types { get; init; } = [];

    /// <summary>
    /// Patterns on the datastore of verifications, prunes, backups, garbage collections, and syncs into it.
    /// </summary>
    public IReadOnlyList<NameFilter> Stores { get; init; } = [];

    /// <summary>Matches tasks started at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Matches tasks started at or before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Outcomes of finished tasks. If set, running tasks are left out.</summary>
    public IReadOnlyList<TaskStateKind> Outcomes { get; init; } = [];

    /// <summary>Whether tasks that ended OK are left out. Running tasks are kept.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>Maximum number of tasks; null for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>Selects lines of a task's log.</summary>
public sealed record TaskLogQuery
{
    /// <summary>Number of existing lines to read, counted from the end; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>Whether to keep reading new lines until the task ends.</summary>
    public bool Follow { get; init; }
}
