using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Prune;

/// <summary>
/// Removes the snapshots of a confirmed prune, group by group, the oldest first, and logs it in PBS's words. A snapshot
/// that cannot be removed is a warning, a group that cannot be pruned an error; both times the others continue.
/// </summary>
internal sealed class PruneRun(
    DatastoreGate gate,
    DatastoreContext store,
    PruneOrder order,
    PruneSettings settings,
    EngineOptions engine,
    bool force)
{
    private long _done;

    /// <summary>Returns PBS's worker id: <c>main:a/b:vm/100</c> for a group, <c>main:a/b</c> for a namespace.</summary>
    public static string WorkerId(DatastoreContext store, PruneOrder order) =>
        order.IsOfGroup && order.Rows is [{ } row, ..]
            ? $"{store.Text}:{row.Group.Namespace.Text}:{row.Group.Group}"
            : $"{store.Text}:{order.Namespace.Text}";

    /// <summary>Refuses rows that do not match the current state of their group.</summary>
    /// <exception cref="PbsConflictException">
    /// Snapshots were added or removed since the plan (<see cref="PbsErrorId.PrunePlanStale"/>).
    /// </exception>
    /// <exception cref="PbsArgumentException">
    /// A row does not belong to its snapshot, or removes a snapshot that the plan keeps.
    /// </exception>
    public static void DemandUnchanged(IReadOnlyList<PrunePlanInfo> rows, GroupState state)
    {
        foreach (PrunePlanInfo row in rows) PlanFingerprint.DemandOf(row.Fingerprint, row.Identity);
        PrunePlanInfo first = rows[0];
        PruneSettings settings = SettingsOf(first);
        if (PlanFingerprint.Of(settings, first.Group, state.Snapshots) != first.Plan)
        {
            string group = first.Group.ToString();
            string message = $"the plan for group '{group}' does not hold any more: its snapshots are not those it was "
                + "made of, or it was made in another datastore";
            throw new PbsConflictException(PbsErrorId.PrunePlanStale, message, group)
            {
                RecommendedAction = "Make a new plan with Get-PbsPrunePlan.",
            };
        }

        PruneDecision[] decisions = settings.Decide(state.Snapshots);
        foreach (PrunePlanInfo row in rows)
        {
            int at = state.IndexOf(row.Time);
            if (row.Keep || (at >= 0 && settings.Keep.KeepsSomething && !decisions[at].IsKept)) continue;
            throw new PbsArgumentException(
                PbsErrorId.PrunePlanInvalid,
                $"the row of '{row}' says it is to be removed, and the plan keeps it",
                row.ToString())
            {
                RecommendedAction = "Use Remove-PbsSnapshot for what no plan removes.",
            };
        }
    }

    public static PruneSettings SettingsOf(PrunePlanInfo row) => row.Settings ?? PlanFingerprint.Parse(row.Plan);

    public void Run(TaskContext context)
    {
        Head(context);
        foreach (IReadOnlyList<PrunePlanInfo> rows in order.Groups)
        {
            GroupIdentity group = rows[0].Group;
            if (!order.IsOfGroup) context.Log($"Pruning group {group.Namespace.Text}:\"{group.Group}\"");
            long before = _done;
            try
            {
                Prune(rows, context);
            }
            catch (PbsException e)
            {
                context.Warn($"failed to prune group '{group}': {e.Message}", e);
                foreach (PrunePlanInfo row in rows.Skip((int)(_done - before))) Tell(context, row, removed: false);
            }
        }
    }

    private void Head(TaskContext context)
    {
        string place = store.Describe(order.Namespace);
        if (!order.IsOfGroup)
        {
            string depth =
                order.MaxDepth switch { null => "down to full depth", 0 => "non-recursive", int n => $"to depth {n}" };
            context.Log($"Starting datastore prune on {place}, {depth}");
        }

        if (!settings.Keep.KeepsSomething)
        {
            context.Log("No prune selection - keeping all files.");
            return;
        }

        List<string> options = [];
        if (!order.Namespace.IsRoot) options.Add($"--ns {order.Namespace.Text}");
        if (!order.IsOfGroup && order.MaxDepth is int max) options.Add($"--max-depth {max}");
        options.Add(settings.Keep.ToString());
        context.Log($"retention options: {string.Join(' ', options)}");
        if (order.IsOfGroup) context.Log($"Starting prune on {place} group \"{order.Rows[0].Group.Group}\"");
    }

    private void Prune(IReadOnlyList<PrunePlanInfo> rows, TaskContext context)
    {
        GroupIdentity group = rows[0].Group;
        using GroupWriteGrant writing = gate.EnterGroupToWrite(
            Entries.PruneGroup,
            store,
            group.Namespace,
            group.Group,
            force,
            engine.Mutations,
            context.Cancellation);
        GroupState state = GroupState.Read(writing.Group);
        if (order.IsExact) DemandUnchanged(rows, state);
        PruneDecision[] decisions = settings.Decide(state.Snapshots);
        var removal = new SnapshotRemoval(writing.Group.Store, writing.Locks, writing.Mutations);
        foreach (PrunePlanInfo row in rows)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Report(new TaskProgress(
                $"prune {WorkerId(store, order)}",
                "snapshots",
                _done,
                order.Rows.Count,
                TaskProgressUnit.Items));
            int at = state.IndexOf(row.Time);
            LogMark(context, row, at < 0 ? row.Mark : decisions[at].Word);
            bool remove = !row.Keep && settings.Keep.KeepsSomething && (at < 0 || !decisions[at].IsKept);
            Tell(context, row, remove && TryRemove(removal, writing.Group, row, state, at, context));
        }
    }

    private static bool TryRemove(SnapshotRemoval removal, GroupFolder group, PrunePlanInfo row, GroupState state,
        int at, TaskContext context)
    {
        try
        {
            var path = new SnapshotPath(group.Namespace, group.Path, row.Time);
            if (at < 0) throw SnapshotLookup.NotFound(group.Store, path);

            // The confirmation was for a snapshot in this state, finished or not.
            SnapshotState agreed = state.StateAt(at);
            agreed = agreed with { IsFinished = row.Finished ?? agreed.IsFinished };
            removal.RemoveSnapshot(group, state.Folders[at], agreed, context.Cancellation);
            return true;
        }
        catch (PbsException e)
        {
            // A snapshot in use is left for the next prune. Any other failure will be there again, and is an error.
            context.Warn($"failed to remove dir \"{row}\": {e.Message}", e is PbsLockedException ? null : e);
            return false;
        }
    }

    private void LogMark(TaskContext context, PrunePlanInfo row, string mark)
    {
        string snapshot = $"{row.Group.Group}/{BackupTime.Format(row.Time)}";
        context.Log(order.IsOfGroup ? $"{snapshot} {mark}" : $"{mark} {snapshot}");
    }

    private void Tell(TaskContext context, PrunePlanInfo row, bool removed)
    {
        _done++;
        if (order.TellsResults) context.Emit(new PruneResultInfo(row, removed));
    }
}
