using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A prune that has been planned and agreed to.</summary>
/// <param name="Rows">
/// Rows of plans with the same settings, all in one store. Those with <see cref="PrunePlanInfo.Keep"/> are only told of, the
/// others are removed.
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
    /// True where each group must still be as it was planned. Else what was planned is decided on again, and only what is still to be
    /// removed is.
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>Whether the results are handed out.</summary>
    public bool TellsResults { get; init; }

    /// <summary>The groups in the order of their first rows.</summary>
    internal IEnumerable<IReadOnlyList<PrunePlanInfo>> Groups =>
        Rows.GroupBy(row => (row.Group.Namespace, row.Group.Group, row.Fingerprint)).Select(rows => (IReadOnlyList<PrunePlanInfo>)[.. rows.OrderBy(row => row.Time)]);
}
