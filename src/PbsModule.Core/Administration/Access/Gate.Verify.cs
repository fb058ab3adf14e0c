using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>
    /// Lets the caller in to verify. It only reads where a state cannot be recorded safely: in a store that is only opened by its path, where
    /// PBS's locks cannot be seen, and in read-only maintenance.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="scopes">All of what is to be verified; the caller must be let in on each.</param>
    /// <param name="readsOnly">Nothing is to be recorded anyway.</param>
    /// <param name="force">Record also where locks cannot be seen.</param>
    /// <param name="mutations">The seam.</param>
    /// <exception cref="PbsNotFoundException">A namespace, group or snapshot is not there.</exception>
    /// <exception cref="PbsException">As for <see cref="EnterGroup"/>.</exception>
    public VerifyPassage EnterToVerify(DatastoreContext store, IReadOnlyList<VerifyScope> scopes, bool readsOnly, bool force, IFileMutations mutations)
    {
        Passage passage = Enter(Entries.Verify, store, scopes[0].Namespace);
        foreach (IGrouping<(BackupNamespace, GroupPath?), VerifyScope> same in scopes.GroupBy(scope => (scope.Namespace, scope.Group))) Demand(passage, store, [.. same]);
        string runRoot = (store.Connection.Options ?? new ConnectionOptions()).RunRoot;
        string? whyNot = readsOnly ? null : WhyNotRecorded(store, passage.Datastore, runRoot, force);
        bool records = !readsOnly && whyNot is null;

        // Who only reads makes no lock files either; the folders' own locks keep PBS from removing what is being read.
        var locks = new DatastoreLocks(passage.Datastore.Path, records ? store.Name : null, runRoot, mutations, TimeProvider.System);
        var counter = store.Name is null ? null : new Storage.ActiveOperations(runRoot, store.Name, ProcessTable.Default, mutations, TimeProvider.System);
        return new VerifyPassage(passage, locks, mutations, records, whyNot, counter);
    }

    /// <param name="passage">To the store.</param>
    /// <param name="store">The store.</param>
    /// <param name="scopes">Of one group, or of one namespace.</param>
    private void Demand(Passage passage, DatastoreContext store, IReadOnlyList<VerifyScope> scopes)
    {
        BackupNamespace ns = scopes[0].Namespace;
        if (scopes[0].Group is not { } path)
        {
            Enter(Entries.Verify, store, ns);
            NamespaceFolder.Open(passage.Datastore, ns).Dispose();
            return;
        }

        using GroupPassage group = EnterGroup(Entries.Verify, store, ns, path);
        var times = new SnapshotTimes();
        foreach (VerifyScope scope in scopes)
        {
            if (scope.Time is not { } time || SnapshotLookup.TryFind(times, group.Group, time, out _)) continue;
            throw SnapshotLookup.NotFound(passage.Datastore, new SnapshotPath(ns, path, time));
        }
    }

    private static string? WhyNotRecorded(DatastoreContext store, Datastore datastore, string runRoot, bool force)
    {
        if (store.Name is not null && store.Connection.Configuration!.Datastores.Find(store.Name).MaintenanceMode is { Type: MaintenanceType.ReadOnly } mode)
        {
            return mode.Refusal(store.Name, DatastoreOperation.Write);
        }

        if (force) return null;
        return store.Name is null ? $"\"{datastore.Path}\" is opened by its path alone" : LockEnvironment.Probe(datastore.Path, runRoot).Reason;
    }
}

/// <summary>Who was let in to verify.</summary>
/// <param name="Passage">To the store.</param>
/// <param name="Locks">Takes locks; only the folders' own where nothing is recorded.</param>
/// <param name="Mutations">The seam.</param>
/// <param name="Records">Whether states are recorded and corrupt chunks renamed.</param>
/// <param name="WhyNot">Why they are not, where that is not what was asked for.</param>
/// <param name="Counter">Counts active operations; null where nobody does.</param>
internal sealed record VerifyPassage(Passage Passage, DatastoreLocks Locks, IFileMutations Mutations, bool Records, string? WhyNot, Storage.ActiveOperations? Counter)
{
    public Datastore Datastore => Passage.Datastore;

    public DatastoreContext Store => Passage.Store;

    /// <summary>Counts the run among the active operations. Who only reads goes on where the count cannot be kept.</summary>
    /// <exception cref="PbsException">It cannot be kept.</exception>
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
