using PbsModule.Core.Errors;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Prune;

/// <summary>The current snapshots of a group, without their manifests.</summary>
/// <param name="Folders">In ascending order of time.</param>
/// <param name="Snapshots">The data that pruning decides on, in the same order.</param>
/// <param name="Inodes">Inode numbers of the folders, in the same order.</param>
internal sealed record GroupState(TimeFolder[] Folders, PruneCandidate[] Snapshots, ulong[] Inodes)
{
    private static readonly Comparer<PruneCandidate> ByTime =
        Comparer<PruneCandidate>.Create(static (left, right) => left.Time.CompareTo(right.Time));

    /// <exception cref="PbsException">
    /// A folder cannot be read. A missing snapshot would change which others the keep options choose.
    /// </exception>
    public static GroupState Read(GroupFolder group)
    {
        using var reader = new SnapshotReader();
        List<TimeFolder> folders = [];
        List<PruneCandidate> snapshots = [];
        List<ulong> inodes = [];
        TimeFolder[] times = new SnapshotTimes().Read(group, out List<ListingProblem>? problems);
        DemandReadable(problems);
        foreach (TimeFolder time in times)
        {
            bool isThere = reader.TryRead(group, time, manifest: false, out SnapshotRecord record);
            DemandReadable(reader.Problems);
            if (!isThere) continue;
            folders.Add(time);
            snapshots.Add(new PruneCandidate(record.Time, record.Finished, record.Protected));
            inodes.Add(InodeOf(group, time));
        }

        return new GroupState([.. folders], [.. snapshots], [.. inodes]);
    }

    /// <summary>Returns the index of a snapshot in all lists; negative if it does not exist.</summary>
    public int IndexOf(long time) => Array.BinarySearch(Snapshots, new PruneCandidate(time, false, false), ByTime);

    /// <summary>Returns the state that a snapshot must still have when it is removed.</summary>
    public SnapshotState StateAt(int index) => new(Inodes[index], Snapshots[index].Finished);

    private static ulong InodeOf(GroupFolder group, TimeFolder time)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        group.Folder.InodeOf(name[..time.WriteName(name)], out ulong inode);
        return inode;
    }

    private static void DemandReadable(List<ListingProblem>? problems)
    {
        ListingProblem? error = problems?.Find(static problem => problem.Kind == ListingProblemKind.Error);
        if (error?.Exception is { } failure) throw failure;
    }
}
