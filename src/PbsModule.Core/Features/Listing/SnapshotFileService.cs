using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>Lists the files of snapshots.</summary>
public sealed class SnapshotFileService
{
    private readonly ServiceScope _scope;

    internal SnapshotFileService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the files of a snapshot: those in its manifest, in that order, then the manifest, then other files in
    /// the folder. Source: PBS GET files.
    /// </summary>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot does not exist, or has no manifest (<see cref="PbsErrorId.ManifestMissing"/>).
    /// </exception>
    /// <exception cref="PbsFormatException">Its manifest is damaged.</exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public IEnumerable<SnapshotFileInfo> List(
        DatastoreContext store,
        SnapshotPath snapshot,
        CancellationToken cancellation)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.ListFiles, store, snapshot.Namespace, snapshot.Group);
        SnapshotRecord record = ReadOne(grant, snapshot);
        foreach (SnapshotFile file in new SnapshotFileList(record.Files))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new SnapshotFileInfo(grant.Identity, snapshot.Time, file);
        }
    }

    private static SnapshotRecord ReadOne(GroupGrant grant, SnapshotPath snapshot)
    {
        using var reader = new SnapshotReader();
        if (!SnapshotLookup.TryFind(new SnapshotTimes(), grant.Group, snapshot.Time, out TimeFolder time)
            || !reader.TryRead(grant.Group, time, manifest: true, out SnapshotRecord record))
        {
            throw reader.Problems.Count > 0 && reader.Problems[0].Exception is { } cause
                ? cause
                : SnapshotLookup.NotFound(grant.Group.Store, snapshot);
        }

        return reader.ManifestFailure is null ? record : throw reader.ManifestFailure;
    }
}
