using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A prune that has been planned and agreed to.</summary>
/// <param name="Rows">
/// Rows of plans with the same settings, all in one store. Those with <see cref="PrunePlanInfo.Keep"/> are only told
/// of, the others are removed.
/// </param>
public sealed record PruneOrder(IReadOnlyList<PrunePlanInfo> Rows)
{
    /// <summary>Where the plan started.</summary>
    public BackupNamespace Namespace { get; init; } = BackupNamespace.Root;

    /// <summary>How far below it went; null for all the way.</summary>
    public int? MaxDepth { get; init; } = 0;

    /// <summary>True for a plan of a group that was named; then the task is about this group.</summary>
    public bool IsOfGroup { get; init; }

    /// <summary>
    /// True where each group must still be as it was planned. Else what was planned is decided on again, and only what
    /// is still to be removed is.
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>Whether the results are handed out.</summary>
    public bool TellsResults { get; init; }

    /// <summary>The order to do rows of plans as they were planned.</summary>
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

    /// <summary>One order for each group.</summary>
    public IEnumerable<PruneOrder> ByGroup() => Groups.Select(rows => this with { Rows = rows, IsOfGroup = true });

    /// <summary>
    /// The rows group by group, in the order of their first rows; of each group the oldest snapshot first, and each
    /// once.
    /// </summary>
    public static IEnumerable<PrunePlanInfo[]> GroupsOf(IEnumerable<PrunePlanInfo> rows) => rows
        .GroupBy(row => (row.Group.Namespace, row.Group.Group, row.Plan))
        .Select(group => group.DistinctBy(row => row.Time).OrderBy(row => row.Time).ToArray());

    internal IEnumerable<PrunePlanInfo[]> Groups => GroupsOf(Rows);
}
