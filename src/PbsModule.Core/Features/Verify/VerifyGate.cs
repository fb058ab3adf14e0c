using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Verify;
using PbsModule.Core.Storage.Walk;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Features.Verify;

/// <summary>Grants callers access to verification.</summary>
internal static class VerifyGate
{
    /// <summary>
    /// Grants verification. It is read-only where a state cannot be recorded safely: in a store opened by path, where
    /// PBS's locks cannot be seen, and in read-only maintenance.
    /// </summary>
    /// <param name="gate">The gate.</param>
    /// <param name="store">The store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <param name="mutations">Makes all changes to disk.</param>
    /// <returns>
    /// The granted scopes and the refusals. A refused scope does not refuse the others: a caller who verifies listed
    /// snapshots must not fail because one was removed in the meantime.
    /// </returns>
    public static VerifyAdmission EnterToVerify(
        this DatastoreGate gate,
        DatastoreContext store,
        VerifyQuery query,
        IFileMutations mutations)
    {
        AccessGrant? grant = null;
        List<VerifyScope> admitted = [];
        List<PbsException> refusals = [];
        foreach (IGrouping<(BackupNamespace, GroupPath?), VerifyScope> same in query.Scopes.GroupBy(scope =>
            (scope.Namespace, scope.Group)))
        {
            try
            {
                AccessGrant entered = gate.Enter(Entries.Verify, store, same.Key.Item1);
                grant ??= entered;
                admitted.AddRange(Admitted(entered, [.. same], refusals));
            }
            catch (PbsException e)
            {
                // A store that refuses access is reported once, however many scopes were requested.
                if (!refusals.Exists(other => other.Message == e.Message)) refusals.Add(e);
            }
        }

        VerifyGrant? verify =
            admitted.Count == 0 ? null : PassageTo(grant!, query.NoStateUpdate, query.Force, mutations);
        return new VerifyAdmission(query with { Scopes = admitted }, verify, refusals);
    }

    private static VerifyGrant PassageTo(AccessGrant grant, bool readsOnly, bool force, IFileMutations mutations)
    {
        DatastoreContext store = grant.Store;
        string runRoot = (store.Connection.Options ?? new ConnectionOptions()).RunRoot;
        string? whyNot = readsOnly ? null : WhyNotRecorded(store, grant.Datastore, runRoot, force);
        bool records = !readsOnly && whyNot is null;

        var locks = new DatastoreLocks(grant.Datastore.Path, store.Name, runRoot, mutations, TimeProvider.System);
        var counter = store.Name is null
            ? null
            : new Storage.Locks.ActiveOperations(
                runRoot,
                store.Name,
                ProcessTable.Default,
                mutations,
                TimeProvider.System);
        return new VerifyGrant(grant, locks, mutations, records, whyNot, counter);
    }

    /// <summary>Returns those scopes that exist.</summary>
    /// <param name="grant">The grant for their namespace.</param>
    /// <param name="scopes">Scopes of one group, or of one namespace.</param>
    /// <param name="refusals">Receives the reasons for the others.</param>
    private static List<VerifyScope> Admitted(AccessGrant grant, List<VerifyScope> scopes, List<PbsException> refusals)
    {
        BackupNamespace ns = scopes[0].Namespace;
        if (scopes[0].Group is not { } path)
        {
            NamespaceFolder.Open(grant.Datastore, ns).Dispose();
            return scopes;
        }

        using GroupGrant group = DatastoreGate.OpenGroup(grant, ns, path);
        var times = new SnapshotTimes();
        List<VerifyScope> admitted = [];
        foreach (VerifyScope scope in scopes)
        {
            try
            {
                if (scope.Time is not { } time || SnapshotLookup.TryFind(times, group.Group, time, out _))
                {
                    admitted.Add(scope);
                }
                else refusals.Add(SnapshotLookup.NotFound(grant.Datastore, new SnapshotPath(ns, path, time)));
            }
            catch (PbsConflictException e)
            {
                refusals.Add(e);
            }
        }

        return admitted;
    }

    private static string? WhyNotRecorded(DatastoreContext store, Datastore datastore, string runRoot, bool force)
    {
        if (store.Name is not null
            && store.Connection.Configuration!.Datastores.Find(
                store.Name).MaintenanceMode is { Type: MaintenanceType.ReadOnly } mode)
        {
            return mode.Refusal(store.Name, DatastoreOperation.Write);
        }

        if (force) return null;
        return store.Name is null
            ? $"\"{datastore.Path}\" is opened by its path alone"
            : LockEnvironment.Probe(datastore.Path, runRoot).Reason;
    }
}

/// <summary>The grant of a verification.</summary>
/// <param name="Grant">The grant for the store.</param>
/// <param name="Locks">Takes locks.</param>
/// <param name="Mutations">Makes all changes to disk.</param>
/// <param name="Records">Whether states are recorded and corrupt chunks renamed.</param>
/// <param name="WhyNot">The reason why not, unless the query requested it.</param>
/// <param name="Counter">Counts active operations; null if they are not counted.</param>
internal sealed record VerifyGrant(
    AccessGrant Grant,
    DatastoreLocks Locks,
    IFileMutations Mutations,
    bool Records,
    string? WhyNot,
    Storage.Locks.ActiveOperations? Counter)
{
    /// <summary>Takes the lock of each snapshot, for a run that records or for one that only reads.</summary>
    public VerifyLocks SnapshotLocks { get; } = new(Locks, Records);

    public Datastore Datastore => Grant.Datastore;

    public DatastoreContext Store => Grant.Store;

    /// <summary>
    /// Counts the run among the active operations. A read-only run continues uncounted if this fails.
    /// </summary>
    /// <exception cref="PbsException">The count cannot be kept.</exception>
    public IDisposable? Count(CancellationToken cancellation)
    {
        try
        {
            return Counter?.Register(OperationKind.Read, cancellation);
        }
        catch (PbsException) when (!Records)
        {
            return null;
        }
    }
}
