using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>The snapshots of a group as they are now, without their manifests.</summary>
/// <param name="Folders">Ascending by time.</param>
/// <param name="Snapshots">What pruning looks at, in the same order.</param>
internal sealed record GroupState(TimeFolder[] Folders, PruneCandidate[] Snapshots)
{
    private static readonly Comparer<PruneCandidate> ByTime = Comparer<PruneCandidate>.Create(static (left, right) => left.Time.CompareTo(right.Time));

    public static GroupState Read(GroupFolder group)
    {
        using var reader = new SnapshotReader();
        List<TimeFolder> folders = [];
        List<PruneCandidate> snapshots = [];
        foreach (TimeFolder time in new SnapshotTimes().Read(group, out _))
        {
            if (!reader.TryRead(group, time, manifest: false, out SnapshotRecord record)) continue;
            folders.Add(time);
            snapshots.Add(new PruneCandidate(record.Time, record.Finished, record.Protected));
        }

        return new GroupState([.. folders], [.. snapshots]);
    }

    /// <summary>Where a snapshot is in both lists; negative for one that is not there.</summary>
    public int IndexOf(long time) => Array.BinarySearch(Snapshots, new PruneCandidate(time, false, false), ByTime);
}
