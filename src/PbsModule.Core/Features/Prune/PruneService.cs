using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Gate;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Prune;

/// <summary>Plans and carries out prunes.</summary>
public sealed class PruneService
{
    private readonly ServiceScope _scope;

    internal PruneService(ServiceScope scope) => _scope = scope;

    private const string PruneWorker = "prune";

    /// <summary>
    /// Returns the decisions that a prune would make: groups in the order of listings, all snapshots of each, the
    /// oldest first. Changes nothing. Source: PBS POST prune with dry-run.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">
    /// Selects groups by name, or the groups of a namespace and below that the caller may prune.
    /// </param>
    /// <param name="settings">The keep options.</param>
    /// <param name="onProblem">
    /// Receives groups that cannot be read, and named groups that do not exist or that the caller may not prune; the
    /// others continue.
    /// </param>
    /// <param name="cancellation">Cancels the planning.</param>
    /// <exception cref="PbsPermissionException"><c>missing permissions 'Datastore.Modify|Datastore.Prune' on
    /// …</c></exception>
    /// <exception cref="PbsException">Access to the store or the namespace is refused.</exception>
    public IEnumerable<PrunePlanInfo> Plan(
        DatastoreContext store,
        GroupQuery query,
        PruneSettings settings,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation) =>
        new PrunePlanner(_scope.Gate, store, settings, _scope.Engine.Helpers).Run(query, onProblem, cancellation);

    /// <summary>Checks rows of a plan for one group as <see cref="Run"/> does, without changing anything.</summary>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Prune.
    /// </exception>
    /// <exception cref="PbsConflictException">
    /// Snapshots were added or removed since the plan (<see cref="PbsErrorId.PrunePlanStale"/>).
    /// </exception>
    /// <exception cref="PbsArgumentException">
    /// A row does not match its plan (<see cref="PbsErrorId.PrunePlanInvalid"/>).
    /// </exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public void Check(DatastoreContext store, IReadOnlyList<PrunePlanInfo> rows)
    {
        GroupIdentity group = rows[0].Group;
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.PruneGroup, store, group.Namespace, group.Group);
        PruneRun.DemandUnchanged(rows, GroupState.Read(grant.Group));
    }

    /// <summary>
    /// Starts a task that removes the snapshots of a plan, each under PBS's locks. A snapshot that cannot be removed is
    /// a warning. With <see cref="PruneOrder.TellsResults"/> each row has a <see cref="PruneResultInfo"/>. Source: PBS
    /// POST prune, prune-datastore.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="order">The confirmed order.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException">The caller may not prune a group; nothing is removed then.</exception>
    /// <exception cref="PbsLockedException">PBS's locks cannot be seen from here, and it is not forced.</exception>
    /// <exception cref="PbsException">Access to the store, or to the only group, is refused.</exception>
    public RunningTask Run(DatastoreContext store, PruneOrder order, bool force, CancellationToken cancellation)
    {
        if (order.Rows.Count == 0) throw new ArgumentException("there is nothing in the order", nameof(order));
        PrunePlanInfo[][] groups = [.. order.Groups];
        foreach (PrunePlanInfo[] rows in groups)
        {
            try
            {
                GroupIdentity group = rows[0].Group;
                using GroupGrant grant = _scope.Gate.EnterGroup(
                    Entries.PruneGroup,
                    store,
                    group.Namespace,
                    group.Group);
                WriteGate.DemandVisibleLocks(store, grant.Group.Store, force);
            }
            catch (PbsNotFoundException e) when (groups.Length > 1
                && e.ErrorId is PbsErrorId.GroupNotFound or PbsErrorId.NamespaceNotFound)
            {
                // The group has been removed since; the task reports it and continues with the others.
            }
        }

        PruneSettings settings = PruneRun.SettingsOf(order.Rows[0]);
        var run = new PruneRun(_scope.Gate, store, order, settings, _scope.Engine, force);
        return store.Connection.Workers.Start(
            PruneWorker,
            PruneRun.WorkerId(store, order),
            store.Connection.AuthId,
            run.Run,
            cancellation);
    }
}
