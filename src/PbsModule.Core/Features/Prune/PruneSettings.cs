using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Features.Prune;

/// <summary>The retention settings of a prune.</summary>
public sealed record PruneSettings
{
    /// <summary>The number that each rule keeps; everything is kept if no rule is set.</summary>
    public KeepOptions Keep { get; init; } = new();

    /// <summary>Time zone for hours, days and weeks: the one of the datastore's server.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    internal PruneDecision[] Decide(ReadOnlySpan<PruneCandidate> snapshots) =>
        PruneSelection.Decide(snapshots, Keep, TimeZone);
}
