using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>
    /// As <see cref="Enter"/>, to change something: where PBS's locks can be seen or
    /// it is forced, counted among the active operations as long as the passage is held.
    /// </summary>
    /// <exception cref="PbsLockedException">PBS's locks cannot be seen from here, and it is not forced.</exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public WritePassage EnterToWrite(
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

        Passage passage = Enter(entry, store, ns);
        DemandVisibleLocks(store, passage.Datastore, force);
        string runRoot = RunRootOf(store);
        var locks = new DatastoreLocks(passage.Datastore.Path, store.Name, runRoot, mutations, TimeProvider.System);
        IDisposable? counted = store.Name is null ? null
            : new Storage.ActiveOperations(
                runRoot,
                store.Name,
                ProcessTable.Default,
                mutations,
                TimeProvider.System).Register(
                OperationKind.Write,
                cancellation);
        return new WritePassage(passage, locks, mutations, counted);
    }

    /// <summary>Refuses to change a store whose locks cannot be seen from here.</summary>
    /// <exception cref="PbsLockedException">They cannot be seen, and it is not forced.</exception>
    public static void DemandVisibleLocks(DatastoreContext store, Datastore datastore, bool force)
    {
        LockEnvironment locks = LockEnvironment.Probe(datastore.Path, RunRootOf(store));
        (store.Name is null ? locks.WithoutName(datastore.Path) : locks).DemandVisible(datastore.Path, force);
    }

    /// <summary>As <see cref="EnterGroup"/>, to change something of the group.</summary>
    /// <exception cref="PbsException">As for <see cref="EnterGroup"/> and <see cref="EnterToWrite"/>.</exception>
    public GroupWritePassage EnterGroupToWrite(
        Entry entry, DatastoreContext store, BackupNamespace ns, GroupPath path, bool force, IFileMutations mutations, CancellationToken cancellation)
    {
        WritePassage writing = EnterToWrite(entry, store, ns, force, mutations, cancellation);
        try
        {
            return new GroupWritePassage(writing, OpenGroup(writing.Passage, ns, path));
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

/// <summary>Who was let in to change something.</summary>
internal sealed class WritePassage(
    Passage passage,
    DatastoreLocks locks,
    IFileMutations mutations,
    IDisposable? counted) : IDisposable
{
    public Passage Passage { get; } = passage;

    public Datastore Datastore => Passage.Datastore;

    public DatastoreLocks Locks { get; } = locks;

    public IFileMutations Mutations { get; } = mutations;

    public void Dispose() => counted?.Dispose();
}

/// <summary>Who was let in to change something of one group.</summary>
internal sealed class GroupWritePassage(WritePassage writing, GroupPassage group) : IDisposable
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
