using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>Finds the snapshots that refer to chunks.</summary>
public sealed class ChunkReferenceService
{
    private readonly ServiceScope _scope;

    internal ChunkReferenceService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns every reference to given chunks in the snapshots that the caller may see, in the order of listings.
    /// Reads all indexes once, whatever the number of digests.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="digests">Digests of the chunks.</param>
    /// <param name="onProblem">Receives each failure to read, which may hide references.</param>
    /// <param name="onProgress">Receives the number of snapshots done.</param>
    /// <param name="cancellation">Cancels the search.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Audit nor Datastore.Read nor, on its own groups, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public IEnumerable<ChunkReferenceInfo> Find(
        DatastoreContext store,
        IReadOnlyCollection<Digest> digests,
        Action<ListingProblem> onProblem,
        Action<SpaceProgress> onProgress,
        CancellationToken cancellation)
    {
        AccessGrant grant =
            _scope.Gate.EnterBelow(Entries.FindReferences, store, BackupNamespace.Root, BackupNamespace.MaxDepth);
        HashSet<Digest> wanted = [.. digests];
        SpaceInventory inventory = SpaceInventory.Take(grant.Datastore, onProblem, cancellation, grant.IsTold);
        var identities = new Dictionary<int, GroupIdentity>();
        var found = new List<ChunkReferenceInfo>();
        for (int i = 0; i < inventory.Snapshots.Count; i++)
        {
            CountedSnapshot snapshot = inventory.Snapshots[i];
            CountedGroup group = snapshot.Group;
            onProgress(new SpaceProgress(i, inventory.Snapshots.Count));
            if (grant.On(group.Namespace) is not { } granted || !grant.Admits(granted, group.Owner)) continue;
            if (!identities.TryGetValue(group.Number, out GroupIdentity? identity))
            {
                identities.Add(group.Number, identity = new GroupIdentity(store, group.Namespace, group.Path));
            }

            foreach (string index in snapshot.Indexes)
            {
                found.Clear();
                Search(snapshot, index, identity, wanted, found, onProblem, cancellation);
                foreach (ChunkReferenceInfo reference in found) yield return reference;
            }
        }
    }

    private static void Search(
        CountedSnapshot snapshot,
        string index,
        GroupIdentity identity,
        HashSet<Digest> wanted,
        List<ChunkReferenceInfo> found,
        Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        string path = snapshot.PathOf(index);
        try
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (ChunkEntry entry in entries)
                {
                    if (wanted.Contains(entry.Digest))
                    {
                        found.Add(new ChunkReferenceInfo(
                            identity,
                            snapshot.Time.Time,
                            index,
                            entry.Digest,
                            entry.Offset,
                            entry.Size));
                    }
                }
            }
        }
        catch (PbsException e)
        {
            bool hasVanished = e.ErrorId == PbsErrorId.SnapshotFileNotFound;
            onProblem(new ListingProblem(e.ErrorId, e.Message, path, hasVanished
                ? ListingProblemKind.Information
                : ListingProblemKind.Warning, e));
        }
    }
}
