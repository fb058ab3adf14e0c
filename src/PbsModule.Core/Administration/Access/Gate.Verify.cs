using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>
    /// Lets the caller in to verify. It only reads where a state cannot be recorded safely: in a store that is only
    /// opened by its path, where PBS's locks cannot be seen, and in read-only maintenance.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">What is to be verified, and how.</param>
    /// <param name="mutations">The seam.</param>
    /// <returns>
    /// The way in, and what of the scopes the caller is let in on. One that is refused stops no other: whoever verifies
    /// what he has listed a moment ago must not fail because something was removed meanwhile.
    /// </returns>
    public VerifyAdmission EnterToVerify(DatastoreContext store, VerifyQuery query, IFileMutations mutations)
    {
        Passage? passage = null;
        List<VerifyScope> admitted = [];
        List<PbsException> refusals = [];
        foreach (IGrouping<(BackupNamespace, GroupPath?), VerifyScope> same in query.Scopes.GroupBy(scope =>
            (scope.Namespace, scope.Group)))
        {
            try
            {
                Passage entered = Enter(Entries.Verify, store, same.Key.Item1);
                passage ??= entered;
                admitted.AddRange(Admitted(entered, [.. same], refusals));
            }
            catch (PbsException e)
            {
                // A store that cannot be entered says so once, however much of it was asked for.
                if (!refusals.Exists(other => other.Message == e.Message)) refusals.Add(e);
            }
        }

        VerifyPassage? verify =
            admitted.Count == 0 ? null : PassageTo(passage!, query.NoStateUpdate, query.Force, mutations);
        return new VerifyAdmission(query with { Scopes = admitted }, verify, refusals);
    }

    private static VerifyPassage PassageTo(Passage passage, bool readsOnly, bool force, IFileMutations mutations)
    {
        DatastoreContext store = passage.Store;
        string runRoot = (store.Connection.Options ?? new ConnectionOptions()).RunRoot;
        string? whyNot = readsOnly ? null : WhyNotRecorded(store, passage.Datastore, runRoot, force);
        bool records = !readsOnly && whyNot is null;

        // Who only reads makes no lock files either; the folders' own locks keep PBS from removing what is being read.
        var locks = new DatastoreLocks(passage.Datastore.Path, records
            ? store.Name
            : null, runRoot, mutations, TimeProvider.System);
        var counter = store.Name is null
            ? null
            : new Storage.ActiveOperations(runRoot, store.Name, ProcessTable.Default, mutations, TimeProvider.System);
        return new VerifyPassage(passage, locks, mutations, records, whyNot, counter);
    }

    /// <summary>Those of the scopes that are there.</summary>
    /// <param name="passage">To their namespace.</param>
    /// <param name="scopes">Of one group, or of one namespace.</param>
    /// <param name="refusals">Receives why others are not.</param>
    private static List<VerifyScope> Admitted(Passage passage, List<VerifyScope> scopes, List<PbsException> refusals)
    {
        BackupNamespace ns = scopes[0].Namespace;
        if (scopes[0].Group is not { } path)
        {
            NamespaceFolder.Open(passage.Datastore, ns).Dispose();
            return scopes;
        }

        using GroupPassage group = OpenGroup(passage, ns, path);
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
                else refusals.Add(SnapshotLookup.NotFound(passage.Datastore, new SnapshotPath(ns, path, time)));
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

/// <summary>Who was let in to verify.</summary>
/// <param name="Passage">To the store.</param>
/// <param name="Locks">Takes locks; only the folders' own where nothing is recorded.</param>
/// <param name="Mutations">The seam.</param>
/// <param name="Records">Whether states are recorded and corrupt chunks renamed.</param>
/// <param name="WhyNot">Why they are not, where that is not what was asked for.</param>
/// <param name="Counter">Counts active operations; null where nobody does.</param>
internal sealed record VerifyPassage(
    Passage Passage,
    DatastoreLocks Locks,
    IFileMutations Mutations,
    bool Records,
    string? WhyNot,
    Storage.ActiveOperations? Counter)
{
    public Datastore Datastore => Passage.Datastore;

    public DatastoreContext Store => Passage.Store;

    /// <summary>
    /// Counts the run among the active operations. Who only reads goes on where the count cannot be kept.
    /// </summary>
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
