using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>The snapshot of the same group before one, if it has one; finished ones alone.</summary>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public SnapshotPath? GetPreviousSnapshot(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.Compare, store, snapshot.Namespace, snapshot.Group);
        using var reader = new SnapshotReader();
        foreach (TimeFolder time in new SnapshotTimes().Read(passage.Group, out _).Where(time =>
            time.Time < snapshot.Time).Reverse())
        {
            if (reader.TryRead(passage.Group, time, manifest: false, out SnapshotRecord record) && record.Finished)
            {
                return snapshot with { Time = time.Time };
            }
        }

        return null;
    }

    /// <summary>
    /// What differs from one snapshot to another, by archive: files by their catalogs; images, and archives without
    /// catalogs, by their chunks. Nothing of the content is read.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="reference">The snapshot that is compared with, of any group.</param>
    /// <param name="snapshot">The snapshot that is looked at.</param>
    /// <param name="archives">Which archives; none means all.</param>
    /// <param name="key">For encrypted catalogs; the caller keeps it.</param>
    /// <param name="onProblem">Told of archives that cannot be compared, and where only chunks can be; the others
    /// are.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsPermissionException">It takes Datastore.Read, or Datastore.Backup for groups of one's own,
    /// on both.</exception>
    /// <exception cref="PbsNotFoundException">A snapshot or its manifest is not there.</exception>
    /// <exception cref="PbsFormatException">A manifest is damaged.</exception>
    /// <exception cref="PbsException">The store or a group cannot be entered.</exception>
    public IEnumerable<SnapshotDifferenceInfo> CompareSnapshots(
        DatastoreContext store, SnapshotPath reference, SnapshotPath snapshot, IReadOnlyList<NameFilter> archives, CryptKey? key,
        Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        using SnapshotPassage before = EnterSnapshot(Entries.Compare, store, reference);
        using SnapshotPassage now = EnterSnapshot(Entries.Compare, store, snapshot);
        using var comparison = new SnapshotComparison(Compared(before), Compared(now), key, onProblem);
        foreach (SnapshotDifference difference in comparison.Run(archives, cancellation))
        {
            yield return new SnapshotDifferenceInfo(now.Identity, snapshot.Time, reference, difference);
        }
    }

    private static ComparedSnapshot Compared(SnapshotPassage passage) =>
        new(passage.Group, passage.Time, ManifestFileReader.Read(passage.Group, passage.Time));
}
