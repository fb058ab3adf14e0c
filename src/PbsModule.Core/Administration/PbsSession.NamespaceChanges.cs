using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    private const int NamespaceMode = 0x1ED; // 0755

    /// <summary>Checks the making of a namespace as <see cref="CreateNamespace"/> will, and changes nothing.</summary>
    /// <exception cref="PbsException">As for <see cref="CreateNamespace"/>.</exception>
    public void CheckNamespaceCreation(DatastoreContext store, BackupNamespace ns) =>
        DemandParent(_gate.Enter(Entries.CreateNamespace, store, ns), ns);

    /// <summary>
    /// Makes a namespace below one that is there; one that is there already is left as it is. Source: PBS POST
    /// namespace.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">The new namespace.</param>
    /// <param name="force">Write also where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Ends waiting.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Modify on …</c>, for the
    /// namespace above.</exception>
    /// <exception cref="PbsNotFoundException"><c>cannot create new namespace, parent {parent} doesn't already
    /// exists</c></exception>
    /// <exception cref="PbsException">The store cannot be entered, or the folder not be made.</exception>
    public NamespaceInfo CreateNamespace(
        DatastoreContext store,
        BackupNamespace ns,
        bool force,
        CancellationToken cancellation)
    {
        CheckNamespaceCreation(store, ns);
        using WritePassage writing =
            _gate.EnterToWrite(Entries.CreateNamespace, store, ns, force, _engine.Mutations, cancellation);
        Datastore datastore = writing.Datastore;
        string path = datastore.PathOf(ns);
        try
        {
            OwnedPath.EnsureDirectory(
                writing.Mutations,
                datastore.PathOf(ns.Parent!),
                path,
                NamespaceMode,
                FileOwner.ForNewFilesIn(datastore.PathOf(Datastore.ChunkFolder)));
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.NamespaceUnwritable, $"unable to create namespace {PathText.Quote(path)}", path);
        }

        // What stands there may also be a link that somebody else made.
        NamespaceFolder.Open(datastore, ns).Dispose();
        return new NamespaceInfo(store, ns);
    }

    /// <summary>What the removal of a namespace would remove; for whoever may remove it.</summary>
    /// <exception cref="PbsException">As for
    /// <see cref="RemoveNamespace(DatastoreContext, BackupNamespace, bool, bool, CancellationToken)"/>.</exception>
    public NamespaceRemovalPlan PlanNamespaceRemoval(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        CancellationToken cancellation)
    {
        Passage passage = _gate.Enter(Entries.RemoveNamespace, store, ns);
        return new NamespacePlanner(store, deleteGroups).Run(passage.Datastore, ns, cancellation);
    }

    /// <summary>
    /// Removes a namespace with all below it, the deepest first; groups only if that is asked for, each under PBS's
    /// locks. What is protected stays, with its group and the namespaces above. Source: PBS DELETE namespace.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="deleteGroups">Also the groups in it and below, with their snapshots.</param>
    /// <param name="force">Write also where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Ends the work between two snapshots.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Modify on …</c>, for the
    /// namespace above.</exception>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsConflictException">Something is left, in PBS's words.</exception>
    /// <exception cref="PbsLockedException">A group or snapshot is in use; what was removed before is gone.</exception>
    /// <exception cref="PbsException">The store cannot be entered, or something not be removed.</exception>
    public void RemoveNamespace(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        bool force,
        CancellationToken cancellation) =>
        RemoveNamespace(store, ns, deleteGroups, null, force, cancellation);

    /// <summary>
    /// Removes a namespace as it was planned: where a group or a snapshot has come, or lost its protection since,
    /// nothing is removed.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="plan">What was agreed to.</param>
    /// <param name="force">Write also where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Ends the work between two snapshots.</param>
    /// <exception cref="PbsConflictException">Something was not planned
    /// (<see cref="PbsErrorId.GroupChanged"/>).</exception>
    /// <exception cref="PbsException">As for the removal without a plan.</exception>
    public void RemoveNamespace(
        DatastoreContext store,
        NamespaceRemovalPlan plan,
        bool force,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RemoveNamespace(store, plan.Namespace, plan.DeleteGroups, plan.Agreed, force, cancellation);
    }

    private void RemoveNamespace(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        NamespaceAgreement? agreed,
        bool force,
        CancellationToken cancellation)
    {
        using WritePassage writing =
            _gate.EnterToWrite(Entries.RemoveNamespace, store, ns, force, _engine.Mutations, cancellation);
        new NamespaceRemoval(writing.Datastore, writing.Locks, writing.Mutations).Run(
            ns,
            deleteGroups,
            agreed,
            cancellation);
    }

    private static void DemandParent(Passage passage, BackupNamespace ns)
    {
        try
        {
            NamespaceFolder.Open(passage.Datastore, ns.Parent!).Dispose();
        }
        catch (PbsNotFoundException e) when (e.ErrorId == PbsErrorId.NamespaceNotFound)
        {
            throw new PbsNotFoundException(
                PbsErrorId.NamespaceNotFound,
                $"cannot create new namespace, parent {ns.Parent} doesn't already exists",
                ns.Parent!.Text,
                e);
        }
    }
}
