using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Protection;

/// <summary>Protects snapshots from removal.</summary>
public sealed class ProtectionService
{
    private readonly ServiceScope _scope;

    internal ProtectionService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Checks that protection can be changed as <see cref="Set"/> does, without changing anything.
    /// </summary>
    /// <returns>Whether the snapshot is currently protected.</returns>
    /// <exception cref="PbsException">As for <see cref="Set"/>.</exception>
    public bool Check(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(
            Entries.SetProtection,
            store,
            snapshot.Namespace,
            snapshot.Group);
        return grant.Group.IsProtected(ProtectableFolder(grant.Group, snapshot));
    }

    /// <summary>
    /// Protects a snapshot from removal, or removes the protection, under the snapshot's exclusive lock. Source: PBS
    /// PUT protected.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="isProtected">The new state; nothing is changed if it is the current one.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The snapshot in its new state; its content as far as the caller may list it.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot does not exist: <c>snapshot {s} does not exist!</c>
    /// </exception>
    /// <exception cref="PbsLockedException">
    /// The snapshot is in use, or PBS's locks cannot be seen from here and the change is not forced.
    /// </exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused; or <c>could not create protection file: …</c>
    /// </exception>
    public SnapshotInfo Set(
        DatastoreContext store,
        SnapshotPath snapshot,
        bool isProtected,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing = _scope.Gate.EnterGroupToWrite(
            Entries.SetProtection,
            store,
            snapshot.Namespace,
            snapshot.Group,
            force,
            _scope.Engine.Mutations,
            cancellation);
        TimeFolder time = ProtectableFolder(writing.Group, snapshot);
        string path = new SnapshotPlace(writing.Group, time).Path;
        using (writing.Locks.Snapshot(snapshot, path, LockMode.Exclusive, SnapshotRemoval.InUse))
        {
            ProtectionMarker.Set(writing.Mutations, path, isProtected);
        }

        return Describe(store, writing.Group, snapshot, time);
    }

    private static TimeFolder ProtectableFolder(GroupFolder group, SnapshotPath snapshot) =>
        SnapshotLookup.TryFind(new SnapshotTimes(), group, snapshot.Time, out TimeFolder time) ? time
        : throw new PbsNotFoundException(
            PbsErrorId.SnapshotNotFound,
            $"snapshot {snapshot.LocalText} does not exist!",
            snapshot.ToString());

    private static SnapshotInfo Describe(
        DatastoreContext store,
        GroupFolder group,
        SnapshotPath snapshot,
        TimeFolder time)
    {
        var listing = new AccessGrant(group.Store, store, Entries.ListSnapshots, DatastoreGate.AccessOf(store));
        bool isListed = listing.On(snapshot.Namespace) is { } granted && listing.Admits(granted, group.Owner);
        using var reader = new SnapshotReader();
        if (!reader.TryRead(group, time, manifest: isListed, out SnapshotRecord record))
        {
            throw SnapshotLookup.NotFound(group.Store, snapshot);
        }

        return new SnapshotInfo(new GroupIdentity(store, group.Namespace, group.Path), isListed
            ? group.Owner?.ToString()
            : null, record, record.Problem ?? group.OwnerError);
    }
}
