using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Removal;

/// <summary>Removes snapshots and groups.</summary>
public sealed class RemovalService
{
    private readonly ServiceScope _scope;

    internal RemovalService(ServiceScope scope) => _scope = scope;

    /// <summary>Checks the removal of a snapshot, without changing anything.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="wasFinished">
    /// Whether the snapshot was finished when it was selected: a backup that has ended since then is not removed. Null
    /// for any state.
    /// </param>
    /// <exception cref="PbsConflictException">
    /// <c>cannot remove protected snapshot</c>; or the snapshot's state has changed
    /// (<see cref="PbsErrorId.GroupChanged"/>).
    /// </exception>
    /// <exception cref="PbsException">As for the removal.</exception>
    public SnapshotRemovalPlan CheckSnapshotRemoval(
        DatastoreContext store,
        SnapshotPath snapshot,
        bool? wasFinished = null)
    {
        using GroupGrant grant =
            _scope.Gate.EnterGroup(Entries.RemoveSnapshot, store, snapshot.Namespace, snapshot.Group);
        TimeFolder time = SnapshotLookup.Find(grant.Group, snapshot);
        SnapshotState state = SnapshotRemoval.DemandRemovable(grant.Group, time, wasFinished);
        return new SnapshotRemovalPlan(snapshot, state);
    }

    /// <summary>
    /// Removes a snapshot, its manifest first, so that an interruption leaves an unfinished snapshot. An empty group is
    /// removed where the server does so (3.3.5 and later, with its own locks). Chunks without other references are left
    /// to garbage collection. Source: PBS DELETE snapshots.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait for the manifest's lock.</param>
    /// <returns>Whether its group was empty then and is gone as well, with owner and notes.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Prune.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The snapshot does not exist.</exception>
    /// <exception cref="PbsConflictException"><c>cannot remove protected snapshot</c></exception>
    /// <exception cref="PbsLockedException">
    /// The snapshot is in use, or PBS's locks cannot be seen from here and the removal is not forced.
    /// </exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused; or <c>removing backup snapshot "…" failed - …</c>
    /// </exception>
    public bool RemoveSnapshot(
        DatastoreContext store,
        SnapshotPath snapshot,
        bool force,
        CancellationToken cancellation) =>
        RemoveSnapshot(store, snapshot, null, force, cancellation);

    /// <summary>Removes a snapshot only if it still has the state in which its removal was checked.</summary>
    /// <param name="store">The store.</param>
    /// <param name="plan">The confirmed plan.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait for the manifest's lock.</param>
    /// <returns>Whether its group was empty then and is gone as well, with owner and notes.</returns>
    /// <exception cref="PbsConflictException">
    /// The snapshot was finished or recreated since (<see cref="PbsErrorId.GroupChanged"/>).
    /// </exception>
    /// <exception cref="PbsException">As for the removal without a plan.</exception>
    public bool RemoveSnapshot(
        DatastoreContext store,
        SnapshotRemovalPlan plan,
        bool force,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return RemoveSnapshot(store, plan.Path, plan.Agreed, force, cancellation);
    }

    private bool RemoveSnapshot(
        DatastoreContext store,
        SnapshotPath snapshot,
        SnapshotState? agreed,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing = _scope.Gate.EnterGroupToWrite(
            Entries.RemoveSnapshot,
            store,
            snapshot.Namespace,
            snapshot.Group,
            force,
            _scope.Engine.Mutations,
            cancellation);
        var removal = new SnapshotRemoval(writing.Group.Store, writing.Locks, writing.Mutations);
        removal.RemoveSnapshot(writing.Group, SnapshotLookup.Find(writing.Group, snapshot), agreed, cancellation);
        return removal.RemoveGroupIfEmpty(writing.Group);
    }

    /// <summary>Plans the removal of a group; requires the right to remove it.</summary>
    /// <exception cref="PbsException">As for
    /// <see cref="RemoveGroup(DatastoreContext, BackupNamespace, GroupPath, bool, CancellationToken)"/>.</exception>
    public GroupRemovalPlan PlanGroupRemoval(DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.RemoveGroup, store, ns, group);
        return GroupRemovalPlan.Of(grant.Identity, grant.Group);
    }

    /// <summary>
    /// Removes a group with its snapshots; protected ones are kept, and with them the group. Source: PBS DELETE groups.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">Namespace of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the work between two snapshots.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Prune.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The group does not exist.</exception>
    /// <exception cref="PbsConflictException"><c>group only partially deleted due to protected
    /// snapshots</c></exception>
    /// <exception cref="PbsLockedException">
    /// A backup is running or a snapshot in use, and removals before that remain; or PBS's locks cannot be seen from
    /// here and the removal is not forced.
    /// </exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused, or something cannot be removed.
    /// </exception>
    public void RemoveGroup(
        DatastoreContext store,
        BackupNamespace ns,
        GroupPath group,
        bool force,
        CancellationToken cancellation) =>
        RemoveGroup(store, ns, group, null, force, cancellation);

    /// <summary>
    /// Removes a group as planned. If a snapshot was added or lost its protection since the plan, nothing is removed.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="plan">The confirmed plan.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the work between two snapshots.</param>
    /// <exception cref="PbsConflictException">
    /// The content no longer matches the plan (<see cref="PbsErrorId.GroupChanged"/>).
    /// </exception>
    /// <exception cref="PbsException">As for the removal without a plan.</exception>
    public void RemoveGroup(DatastoreContext store, GroupRemovalPlan plan, bool force, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RemoveGroup(store, plan.Identity.Namespace, plan.Identity.Group, plan.Agreed, force, cancellation);
    }

    private void RemoveGroup(
        DatastoreContext store,
        BackupNamespace ns,
        GroupPath group,
        IReadOnlyDictionary<long, SnapshotState>? agreed,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing =
            _scope.Gate.EnterGroupToWrite(
                Entries.RemoveGroup,
                store,
                ns,
                group,
                force,
                _scope.Engine.Mutations,
                cancellation);
        GroupRemovalResult result =
            new SnapshotRemoval(writing.Group.Store, writing.Locks, writing.Mutations).RemoveGroup(
                writing.Group,
                agreed,
                cancellation);
        if (result.IsComplete) return;
        throw new PbsConflictException(
            PbsErrorId.GroupProtected,
            "group only partially deleted due to protected snapshots",
            writing.Identity.ToString())
        {
            RecommendedAction =
                $"{result.RemovedSnapshots} snapshots are gone, {result.ProtectedSnapshots} are protected: "
                    + "Unprotect-PbsSnapshot takes the protection away.",
        };
    }
}
