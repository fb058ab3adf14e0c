using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    private const string PruneWorker = "prune";

    /// <summary>
    /// What a prune would keep and remove: groups in the order of listings, of each all snapshots, the oldest first.
    /// Nothing is changed. Source: PBS POST prune with dry-run.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Groups by name, or the groups of a namespace and those below; of these what the caller may
    /// prune.</param>
    /// <param name="settings">What is kept.</param>
    /// <param name="onProblem">Told of what cannot be read, and of named groups that are not there or not the caller's;
    /// the others go on.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsPermissionException"><c>missing permissions 'Datastore.Modify|Datastore.Prune' on
    /// …</c></exception>
    /// <exception cref="PbsException">The store or the namespace cannot be entered.</exception>
    public IEnumerable<PrunePlanInfo> GetPrunePlan(
        DatastoreContext store, GroupQuery query, PruneSettings settings, Action<ListingProblem> onProblem, CancellationToken cancellation) =>
        new PrunePlanner(_gate, store, settings, _engine.Helpers).Run(query, onProblem, cancellation);

    /// <summary>Checks rows of a plan for one group as <see cref="Prune"/> will, and changes nothing.</summary>
    /// <exception cref="PbsPermissionException">It takes Datastore.Modify, or Datastore.Prune on a group of one's
    /// own.</exception>
    /// <exception cref="PbsConflictException">Snapshots have appeared or vanished since the plan was made
    /// (<see cref="PbsErrorId.PrunePlanStale"/>).</exception>
    /// <exception cref="PbsArgumentException">A row is not what a plan says
    /// (<see cref="PbsErrorId.PrunePlanInvalid"/>).</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public void CheckPrune(DatastoreContext store, IReadOnlyList<PrunePlanInfo> rows)
    {
        GroupIdentity group = rows[0].Group;
        using GroupPassage passage = _gate.EnterGroup(Entries.PruneGroup, store, group.Namespace, group.Group);
        PruneRun.DemandUnchanged(rows, GroupState.Read(passage.Group));
    }

    /// <summary>
    /// Starts the removal of what a plan removes, as a task. Each snapshot goes under PBS's locks; one that cannot be
    /// removed is a warning. With <see cref="PruneOrder.TellsResults"/> there is a <see cref="PruneResultInfo"/> for
    /// each row. Source: PBS POST prune, prune-datastore.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="order">What was agreed to.</param>
    /// <param name="force">Write also where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException">A group is not the caller's to prune; nothing is done then.</exception>
    /// <exception cref="PbsLockedException">PBS's locks cannot be seen from here, and it is not forced.</exception>
    /// <exception cref="PbsException">The store, or the only group, cannot be entered.</exception>
    public RunningTask Prune(DatastoreContext store, PruneOrder order, bool force, CancellationToken cancellation)
    {
        if (order.Rows.Count == 0) throw new ArgumentException("there is nothing in the order", nameof(order));
        PrunePlanInfo[][] groups = [.. order.Groups];
        foreach (PrunePlanInfo[] rows in groups)
        {
            try
            {
                GroupIdentity group = rows[0].Group;
                using GroupPassage passage = _gate.EnterGroup(Entries.PruneGroup, store, group.Namespace, group.Group);
                Gate.DemandVisibleLocks(store, passage.Group.Store, force);
            }
            catch (PbsNotFoundException e) when (groups.Length > 1
                && e.ErrorId is PbsErrorId.GroupNotFound or PbsErrorId.NamespaceNotFound)
            {
                // It has gone since; the task tells of it and goes on with the others.
            }
        }

        PruneSettings settings = PruneRun.SettingsOf(order.Rows[0]);
        var run = new PruneRun(_gate, store, order, settings, _engine, force);
        return store.Connection.Workers.Start(
            PruneWorker,
            PruneRun.WorkerId(store, order),
            store.Connection.AuthId,
            run.Run,
            cancellation);
    }
}
