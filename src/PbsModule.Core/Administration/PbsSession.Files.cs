using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

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
        using GroupPassage passage = _scope.Gate.EnterGroup(Entries.ListFiles, store, snapshot.Namespace, snapshot.Group);
        SnapshotRecord record = ReadOne(passage, snapshot);
        foreach (SnapshotFile file in new SnapshotFileList(record.Files))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new SnapshotFileInfo(passage.Identity, snapshot.Time, file);
        }
    }

    private static SnapshotRecord ReadOne(GroupPassage passage, SnapshotPath snapshot)
    {
        using var reader = new SnapshotReader();
        if (!SnapshotLookup.TryFind(new SnapshotTimes(), passage.Group, snapshot.Time, out TimeFolder time)
            || !reader.TryRead(passage.Group, time, manifest: true, out SnapshotRecord record))
        {
            throw reader.Problems.Count > 0 && reader.Problems[0].Exception is { } cause
                ? cause
                : SnapshotLookup.NotFound(passage.Group.Store, snapshot);
        }

        return reader.ManifestFailure is null ? record : throw reader.ManifestFailure;
    }
}
