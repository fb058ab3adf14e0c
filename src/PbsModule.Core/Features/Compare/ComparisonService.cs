using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Compare;

/// <summary>Compares snapshots.</summary>
public sealed class ComparisonService
{
    private readonly ServiceScope _scope;

    internal ComparisonService(ServiceScope scope) => _scope = scope;

    /// <summary>Returns the previous finished snapshot of the same group; null if there is none.</summary>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public SnapshotPath? FindPrevious(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.Compare, store, snapshot.Namespace, snapshot.Group);
        using var reader = new SnapshotReader();
        foreach (TimeFolder time in new SnapshotTimes().Read(grant.Group, out _).Where(time =>
            time.Time < snapshot.Time).Reverse())
        {
            if (reader.TryRead(grant.Group, time, manifest: false, out SnapshotRecord record) && record.Finished)
            {
                return snapshot with { Time = time.Time };
            }
        }

        return null;
    }

    /// <summary>
    /// Returns the differences between two snapshots by archive: files by their catalogs; images, and archives without
    /// catalogs, by their chunks. No content is read.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="reference">The reference snapshot, of any group.</param>
    /// <param name="snapshot">The snapshot compared with it, to which the differences belong.</param>
    /// <param name="archives">The archives to compare; an empty list selects all.</param>
    /// <param name="key">Decrypts encrypted catalogs; the caller keeps ownership.</param>
    /// <param name="onProblem">
    /// Receives archives that cannot be compared, or only by chunks; the others are compared.
    /// </param>
    /// <param name="cancellation">Cancels the comparison.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Read nor, on its own group, Datastore.Backup for either snapshot.
    /// </exception>
    /// <exception cref="PbsNotFoundException">A snapshot or its manifest does not exist.</exception>
    /// <exception cref="PbsFormatException">A manifest is damaged.</exception>
    /// <exception cref="PbsException">Access to the store or a group is refused.</exception>
    public IEnumerable<SnapshotDifferenceInfo> Compare(
        DatastoreContext store,
        SnapshotPath reference,
        SnapshotPath snapshot,
        IReadOnlyList<NameFilter> archives,
        CryptKey? key,
        Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        using SnapshotGrant before = _scope.EnterSnapshot(Entries.Compare, store, reference);
        using SnapshotGrant now = _scope.EnterSnapshot(Entries.Compare, store, snapshot);
        key = now.KeyOr(before.KeyOr(key));
        using var comparison = new SnapshotComparison(Compared(before), Compared(now), key, onProblem);
        foreach (SnapshotDifference difference in comparison.Run(archives, cancellation))
        {
            yield return new SnapshotDifferenceInfo(now.Identity, snapshot.Time, reference, difference);
        }
    }

    private static ComparedSnapshot Compared(SnapshotGrant grant) =>
        new(grant.Content, ManifestFileReader.Read(grant.Content));
}
