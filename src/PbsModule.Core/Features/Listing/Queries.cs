using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Listing;

/// <summary>Selects namespaces.</summary>
public record NamespaceQuery
{
    public BackupNamespace Namespace { get; init; } = BackupNamespace.Root;

    /// <summary>Whether namespaces below are included, down to <see cref="Depth"/>.</summary>
    public bool Recurse { get; init; }

    /// <summary>Number of levels below <see cref="Namespace"/>, 0 to 7; implies <see cref="Recurse"/>.</summary>
    public int? Depth { get; init; }

    /// <exception cref="PbsArgumentException">
    /// The depth is out of range: <c>depth must be smaller than 8</c>.
    /// </exception>
    internal int DepthOr(int otherwise)
    {
        if (Depth is < 0 or > BackupNamespace.MaxDepth)
        {
            throw new PbsArgumentException(
                PbsErrorId.NamespaceInvalid,
                $"depth must be smaller than {BackupNamespace.MaxDepth + 1}");
        }

        return Depth ?? (Recurse ? BackupNamespace.MaxDepth : otherwise);
    }
}

/// <summary>
/// Selects groups. Filters are combined with "and", the values of one filter with "or"; an empty list does not filter.
/// </summary>
public record GroupQuery : NamespaceQuery
{
    public IReadOnlyList<BackupType> Types { get; init; } = [];

    public IReadOnlyList<NameFilter> Ids { get; init; } = [];

    /// <summary>Exactly these groups; a group that does not exist is an error.</summary>
    public IReadOnlyList<GroupPath> Groups { get; init; } = [];

    public IReadOnlyList<NameFilter> Owners { get; init; } = [];

    /// <summary>Patterns on the comment: the group's in group listings, the snapshot's in snapshot listings.</summary>
    public IReadOnlyList<NameFilter> Comments { get; init; } = [];

    /// <summary>
    /// Whether to include groups that PBS hides: empty groups, and groups whose owner file is missing or damaged.
    /// </summary>
    public bool Force { get; init; }

    internal bool HasOwner(string? owner) =>
        Owners.Count == 0 || (owner is not null && Owners.Any(filter => filter.Matches(owner)));

    internal bool HasComment(string? comment) =>
        Comments.Count == 0 || Comments.Any(filter => filter.Matches(comment ?? ""));
}

/// <summary>Selects snapshots.</summary>
public record SnapshotQuery : GroupQuery
{
    /// <summary>
    /// Exactly these snapshots (type, id, time in <see cref="NamespaceQuery.Namespace"/>); a snapshot that does not
    /// exist is an error.
    /// </summary>
    public IReadOnlyList<SnapshotPath> Snapshots { get; init; } = [];

    /// <summary>Exactly these times, to the second; an empty list does not filter.</summary>
    public IReadOnlyList<DateTimeOffset> Times { get; init; } = [];

    /// <summary>Matches snapshots at or after this time.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Matches snapshots before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Limits each group to its newest n snapshots that pass all other filters.</summary>
    public int? Latest { get; init; }

    public IReadOnlyList<VerifyState> VerifyStates { get; init; } = [];

    public bool? Protected { get; init; }

    public bool? Encrypted { get; init; }

    public bool? Finished { get; init; }
}
