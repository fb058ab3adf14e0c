using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Gate;

/// <summary>Grants callers access that changes a datastore.</summary>
internal static class WriteGate
{
    /// <summary>
    /// Grants a change, checked as in <see cref="DatastoreGate.Enter"/>. PBS's locks must be visible or the change
    /// forced. It is counted among the active operations until the grant is disposed.
    /// </summary>
    /// <exception cref="PbsLockedException">
    /// PBS's locks cannot be seen from here, and the change is not forced.
    /// </exception>
    /// <exception cref="PbsException">As for <see cref="DatastoreGate.Enter"/>.</exception>
    public static WriteGrant EnterToWrite(
        this DatastoreGate gate,
        Entry entry,
        DatastoreContext store,
        BackupNamespace ns,
        bool force,
        IFileMutations mutations,
        CancellationToken cancellation)
    {
        if (entry.Operation != DatastoreOperation.Write)
        {
            throw new ArgumentException($"{entry.Name} does not write", nameof(entry));
        }

        AccessGrant grant = gate.Enter(entry, store, ns);
        LockEnvironment environment = DemandVisibleLocks(store, grant.Datastore, force);
        string runRoot = RunRootOf(store);
        var locks = new DatastoreLocks(
            grant.Datastore.Path,
            store.Name,
            runRoot,
            mutations,
            TimeProvider.System,
            environment.Visibility == LockVisibility.Visible
                ? LockSchemeProbe.Of(runRoot, store.Connection.Release)
                : LockScheme.Unknown);
        IDisposable? counted = store.Name is null ? null
            : new Storage.Locks.ActiveOperations(
                runRoot,
                store.Name,
                ProcessTable.Default,
                mutations,
                TimeProvider.System).Register(
                OperationKind.Write,
                cancellation);
        return new WriteGrant(grant, locks, mutations, counted);
    }

    /// <summary>Refuses a change to a store whose locks cannot be seen from here.</summary>
    /// <exception cref="PbsLockedException">The locks cannot be seen, and the change is not forced.</exception>
    public static LockEnvironment DemandVisibleLocks(DatastoreContext store, Datastore datastore, bool force)
    {
        LockEnvironment locks = LockEnvironment.Probe(datastore.Path, RunRootOf(store));
        if (store.Name is null) locks = locks.WithoutName(datastore.Path);
        locks.DemandVisible(datastore.Path, force);
        return locks;
    }

    /// <summary>Grants a change of a group, checked as in <see cref="DatastoreGate.EnterGroup"/>.</summary>
    /// <exception cref="PbsException">
    /// As for <see cref="DatastoreGate.EnterGroup"/> and <see cref="EnterToWrite"/>.
    /// </exception>
    public static GroupWriteGrant EnterGroupToWrite(
        this DatastoreGate gate,
        Entry entry,
        DatastoreContext store,
        BackupNamespace ns,
        GroupPath path,
        bool force,
        IFileMutations mutations,
        CancellationToken cancellation)
    {
        WriteGrant writing = gate.EnterToWrite(entry, store, ns, force, mutations, cancellation);
        try
        {
            return new GroupWriteGrant(writing, DatastoreGate.OpenGroup(writing.Grant, ns, path));
        }
        catch
        {
            writing.Dispose();
            throw;
        }
    }

    public static string RunRootOf(DatastoreContext store) =>
        (store.Connection.Options ?? new ConnectionOptions()).RunRoot;
}

/// <summary>The grant of a change.</summary>
internal sealed class WriteGrant(
    AccessGrant grant,
    DatastoreLocks locks,
    IFileMutations mutations,
    IDisposable? counted) : IDisposable
{
    public AccessGrant Grant { get; } = grant;

    public Datastore Datastore => Grant.Datastore;

    public DatastoreLocks Locks { get; } = locks;

    public IFileMutations Mutations { get; } = mutations;

    public void Dispose() => counted?.Dispose();
}

/// <summary>The grant of a change of one group.</summary>
internal sealed class GroupWriteGrant(WriteGrant writing, GroupGrant group) : IDisposable
{
    public GroupFolder Group => group.Group;

    public GroupIdentity Identity => group.Identity;

    public DatastoreLocks Locks => writing.Locks;

    public IFileMutations Mutations => writing.Mutations;

    public void Dispose()
    {
        group.Dispose();
        writing.Dispose();
    }
}
