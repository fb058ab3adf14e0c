using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>What a prune keeps.</summary>
public sealed record PruneSettings
{
    /// <summary>How many each rule keeps; everything where none keeps anything.</summary>
    public KeepOptions Keep { get; init; } = new();

    /// <summary>Whose hours, days and weeks count; that of the server the datastore belongs to.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    internal PruneDecision[] Decide(ReadOnlySpan<PruneCandidate> snapshots) =>
        PruneSelection.Decide(snapshots, Keep, TimeZone);
}
