using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Namespaces;

/// <summary>Creates and removes namespaces.</summary>
public sealed class NamespaceChangeService
{
    private readonly ServiceScope _scope;

    internal NamespaceChangeService(ServiceScope scope) => _scope = scope;

    private const int NamespaceMode = 0x1ED; // 0755

    /// <summary>
    /// Checks that a namespace can be created as <see cref="Create"/> does, without changing anything.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="Create"/>.</exception>
    public void CheckCreation(DatastoreContext store, BackupNamespace ns) =>
        DemandParent(_scope.Gate.Enter(Entries.CreateNamespace, store, ns), ns);

    /// <summary>
    /// Creates a namespace below an existing one; an existing namespace is left unchanged. Source: PBS POST namespace.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">The new namespace.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller lacks the privilege on the parent namespace: <c>permission check failed - missing Datastore.Modify on
    /// …</c>
    /// </exception>
    /// <exception cref="PbsNotFoundException">
    /// The parent does not exist: <c>cannot create new namespace, parent {parent} doesn't already exists</c>
    /// </exception>
    /// <exception cref="PbsException">Access to the store is refused, or the folder cannot be created.</exception>
    public NamespaceInfo Create(
        DatastoreContext store,
        BackupNamespace ns,
        bool force,
        CancellationToken cancellation)
    {
        CheckCreation(store, ns);
        using WriteGrant writing =
            _scope.Gate.EnterToWrite(Entries.CreateNamespace, store, ns, force, _scope.Engine.Mutations, cancellation);
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

        // An existing entry may also be a link that another program made.
        NamespaceFolder.Open(datastore, ns).Dispose();
        return new NamespaceInfo(store, ns);
    }

    /// <summary>Plans the removal of a namespace; requires the right to remove it.</summary>
    /// <exception cref="PbsException">As for
    /// <see cref="Remove(DatastoreContext, BackupNamespace, bool, bool, CancellationToken)"/>.</exception>
    public NamespaceRemovalPlan PlanRemoval(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.RemoveNamespace, store, ns);
        return new NamespacePlanner(store, deleteGroups).Run(grant.Datastore, ns, cancellation);
    }

    /// <summary>
    /// Removes a namespace with all below it, the deepest first. Groups are removed only on request, each under PBS's
    /// locks. Protected snapshots are kept, and with them their groups and the namespaces above. Source: PBS DELETE
    /// namespace.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="deleteGroups">Whether to remove groups in it and below, with their snapshots.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the work between two snapshots.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller lacks the privilege on the parent namespace: <c>permission check failed - missing Datastore.Modify on
    /// …</c>
    /// </exception>
    /// <exception cref="PbsNotFoundException">The namespace does not exist.</exception>
    /// <exception cref="PbsConflictException">Something was kept, in PBS's words.</exception>
    /// <exception cref="PbsLockedException">A group or snapshot is in use; removals before that remain.</exception>
    /// <exception cref="PbsException">Access to the store is refused, or something cannot be removed.</exception>
    public void Remove(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        bool force,
        CancellationToken cancellation) =>
        Remove(store, ns, deleteGroups, null, force, cancellation);

    /// <summary>
    /// Removes a namespace as planned. If a group or a snapshot was added or lost its protection since the plan,
    /// nothing is removed.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="plan">The confirmed plan.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the work between two snapshots.</param>
    /// <exception cref="PbsConflictException">
    /// The content no longer matches the plan (<see cref="PbsErrorId.GroupChanged"/>).
    /// </exception>
    /// <exception cref="PbsException">As for the removal without a plan.</exception>
    public void Remove(
        DatastoreContext store,
        NamespaceRemovalPlan plan,
        bool force,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Remove(store, plan.Namespace, plan.DeleteGroups, plan.Agreed, force, cancellation);
    }

    private void Remove(
        DatastoreContext store,
        BackupNamespace ns,
        bool deleteGroups,
        NamespaceAgreement? agreed,
        bool force,
        CancellationToken cancellation)
    {
        using WriteGrant writing =
            _scope.Gate.EnterToWrite(Entries.RemoveNamespace, store, ns, force, _scope.Engine.Mutations, cancellation);
        new NamespaceRemoval(writing.Datastore, writing.Locks, writing.Mutations).Run(
            ns,
            deleteGroups,
            agreed,
            cancellation);
    }

    private static void DemandParent(AccessGrant grant, BackupNamespace ns)
    {
        try
        {
            NamespaceFolder.Open(grant.Datastore, ns.Parent!).Dispose();
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
