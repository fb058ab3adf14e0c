using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Prune;

/// <summary>A planned and confirmed prune.</summary>
/// <param name="Rows">
/// Rows of plans with the same settings, all of one store. Rows with <see cref="PrunePlanInfo.Keep"/> are only
/// reported, the others are removed.
/// </param>
public sealed record PruneOrder(IReadOnlyList<PrunePlanInfo> Rows)
{
    /// <summary>Namespace in which the plan started.</summary>
    public BackupNamespace Namespace { get; init; } = BackupNamespace.Root;

    /// <summary>Maximum depth of the plan below it; null for no limit.</summary>
    public int? MaxDepth { get; init; } = 0;

    /// <summary>True for a plan of a named group; the task is then about this group.</summary>
    public bool IsOfGroup { get; init; }

    /// <summary>
    /// True if each group must be unchanged since the plan. Else the decision is made again, and only snapshots that
    /// are still to be removed are.
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>Whether results are returned.</summary>
    public bool TellsResults { get; init; }

    /// <summary>Makes an order that executes rows exactly as planned.</summary>
    public static PruneOrder OfPlan(IReadOnlyList<PrunePlanInfo> rows)
    {
        BackupNamespace[] namespaces = [.. rows.Select(row => row.Group.Namespace).Distinct()];
        return new PruneOrder(rows)
        {
            Namespace = namespaces is [var one] ? one : BackupNamespace.Root,
            MaxDepth = namespaces.Length == 1 ? 0 : null,
            IsOfGroup = rows.DistinctBy(row => (row.Group.Namespace, row.Group.Group)).Count() == 1,
            IsExact = true,
        };
    }

    /// <summary>Splits the order by group.</summary>
    public IEnumerable<PruneOrder> ByGroup() => Groups.Select(rows => this with { Rows = rows, IsOfGroup = true });

    /// <summary>
    /// Returns the rows group by group, in the order of their first rows; in each group each snapshot once, the oldest
    /// first.
    /// </summary>
    public static IEnumerable<PrunePlanInfo[]> GroupsOf(IEnumerable<PrunePlanInfo> rows) => rows
        .GroupBy(row => (row.Group.Namespace, row.Group.Group, row.Plan))
        .Select(group => group.DistinctBy(row => row.Time).OrderBy(row => row.Time).ToArray());

    internal IEnumerable<PrunePlanInfo[]> Groups => GroupsOf(Rows);
}
