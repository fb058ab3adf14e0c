using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>Which namespaces to walk.</summary>
public record NamespaceQuery
{
    public BackupNamespace Namespace { get; init; } = BackupNamespace.Root;

    /// <summary>Down to every namespace below, unless <see cref="Depth"/> ends it earlier.</summary>
    public bool Recurse { get; init; }

    /// <summary>Levels below <see cref="Namespace"/>, 0 to 7; implies <see cref="Recurse"/>.</summary>
    public int? Depth { get; init; }

    /// <exception cref="PbsArgumentException"><c>depth must be smaller than 8</c></exception>
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
/// Which groups to list. Filters are combined with "and", the values of one filter with "or"; an empty list does not
/// filter.
/// </summary>
public record GroupQuery : NamespaceQuery
{
    public IReadOnlyList<BackupType> Types { get; init; } = [];

    public IReadOnlyList<NameFilter> Ids { get; init; } = [];

    /// <summary>Exactly these groups; one that is not there is an error.</summary>
    public IReadOnlyList<GroupPath> Groups { get; init; } = [];

    public IReadOnlyList<NameFilter> Owners { get; init; } = [];

    /// <summary>On the group's comment in group listings, on the snapshot's in snapshot listings.</summary>
    public IReadOnlyList<NameFilter> Comments { get; init; } = [];

    /// <summary>Also what PBS hides: groups whose owner file is missing or damaged, and empty groups.</summary>
    public bool Force { get; init; }

    internal bool HasOwner(string? owner) =>
        Owners.Count == 0 || (owner is not null && Owners.Any(filter => filter.Matches(owner)));

    internal bool HasComment(string? comment) =>
        Comments.Count == 0 || Comments.Any(filter => filter.Matches(comment ?? ""));
}

/// <summary>Which snapshots to list.</summary>
public record SnapshotQuery : GroupQuery
{
    /// <summary>
    /// Exactly these snapshots (type, id, time in <see cref="NamespaceQuery.Namespace"/>); one that is not there is an
    /// error.
    /// </summary>
    public IReadOnlyList<SnapshotPath> Snapshots { get; init; } = [];

    /// <summary>Exactly these times, to the second; an empty list does not filter.</summary>
    public IReadOnlyList<DateTimeOffset> Times { get; init; } = [];

    /// <summary>At or after this moment.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Earlier than this moment.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>The newest n of each group that pass all other filters.</summary>
    public int? Latest { get; init; }

    public IReadOnlyList<VerifyState> VerifyStates { get; init; } = [];

    public bool? Protected { get; init; }

    public bool? Encrypted { get; init; }

    public bool? Finished { get; init; }
}
