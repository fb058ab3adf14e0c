using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>
/// Which worker tasks to list. Filters are combined with "and", the values of one filter with "or"; an empty list does
/// not filter.
/// </summary>
public sealed record TaskQuery
{
    /// <summary>What runs, or what has ended; null for both.</summary>
    public bool? Running { get; init; }

    /// <summary>On the worker type.</summary>
    public IReadOnlyList<NameFilter> Types { get; init; } = [];

    /// <summary>On the datastore: verifications, prunes, backups, garbage collections, and syncs into it.</summary>
    public IReadOnlyList<NameFilter> Stores { get; init; } = [];

    /// <summary>Started at this moment or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Started at this moment or earlier.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How it ended; leaves out what runs.</summary>
    public IReadOnlyList<TaskStateKind> Outcomes { get; init; } = [];

    /// <summary>Leaves out what ended OK; what runs stays.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>The first so many; null for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which lines of a task's log to read.</summary>
public sealed record TaskLogQuery
{
    /// <summary>The last so many of the lines there are; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>Goes on with what is written until the task has ended.</summary>
    public bool Follow { get; init; }
}
