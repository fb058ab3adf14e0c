using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    private const string GarbageWorker = "garbage_collection";

    /// <summary>
    /// Result of the last complete garbage collection; zeros, and no task, where none has ended yet. Source: PBS GET
    /// gc.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Audit on
    /// …</c></exception>
    /// <exception cref="PbsException">The store cannot be entered.</exception>
    public GarbageCollectionStatus GetGarbageCollectionStatus(DatastoreContext store, Action<ListingProblem> onProblem)
    {
        Passage passage = _gate.Enter(Entries.GarbageStatus, store, BackupNamespace.Root);
        return LastGarbageCollection(store, passage.Datastore, onProblem)
            ?? GarbageCollectionStatus.Of(store, new GarbageCollectionFile());
    }

    /// <summary>What a garbage collection would find now. Nothing is changed, no access time either.</summary>
    /// <param name="store">The store.</param>
    /// <param name="query">As for the collection.</param>
    /// <param name="onProblem">Told of what vanishes meanwhile.</param>
    /// <param name="onProgress">Told how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Audit on
    /// …</c></exception>
    /// <exception cref="PbsFormatException"><c>can't read index '…' - …</c>: a collection would end there,
    /// too.</exception>
    /// <exception cref="PbsException">The store cannot be entered, or something not be read.</exception>
    public GarbageInfo MeasureGarbage(
        DatastoreContext store, GarbageQuery query, Action<ListingProblem> onProblem, Action<TaskProgress>? onProgress, CancellationToken cancellation)
    {
        Passage passage = _gate.Enter(Entries.MeasureGarbage, store, BackupNamespace.Root);
        if (SharedChunks.Find(store, passage.Datastore) is { } shared)
        {
            onProblem(new ListingProblem(shared.ErrorId, shared.Message, store.Text, ListingProblemKind.Warning));
        }

        return Measure(passage, query, onProblem, onProgress, cancellation);
    }

    /// <summary>
    /// As <see cref="MeasureGarbage"/>, for whoever may collect it, after the checks of
    /// <see cref="StartGarbageCollection"/>.
    /// </summary>
    /// <exception cref="PbsException">As for both.</exception>
    public GarbageInfo PreviewGarbageCollection(
        DatastoreContext store, GarbageQuery query, Action<ListingProblem> onProblem, Action<TaskProgress>? onProgress, CancellationToken cancellation)
    {
        CheckGarbageCollection(store, query);
        Passage passage = _gate.Enter(Entries.CollectGarbage, store, BackupNamespace.Root);
        return Measure(passage, query, onProblem, onProgress, cancellation);
    }

    /// <summary>
    /// Checks that a garbage collection can be started as <see cref="StartGarbageCollection"/> will, and changes
    /// nothing.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="StartGarbageCollection"/>.</exception>
    public void CheckGarbageCollection(DatastoreContext store, GarbageQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        Passage passage = _gate.Enter(Entries.CollectGarbage, store, BackupNamespace.Root);
        SettingsOf(store, query)
            .Times(_taskFolder.Time.GetUtcNow().ToUnixTimeSeconds())
            .WithCutoff(query.Cutoff?.ToUnixTimeSeconds());
        Gate.DemandVisibleLocks(store, passage.Datastore, query.Force);
        if (SharedChunks.Find(store, passage.Datastore) is { } shared) throw shared;
        if (!query.Force) DemandNoDaemon(store);
    }

    /// <summary>
    /// Starts a garbage collection as a task, which holds the store's exclusive lock to its end and then tells its
    /// <see cref="GarbageCollectionStatus"/>. Source: PBS POST gc.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">How.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Modify on
    /// …</c></exception>
    /// <exception cref="PbsArgumentException">The cutoff is younger than PBS's.</exception>
    /// <exception cref="PbsLockedException">A server's daemon is alive, or PBS's locks cannot be seen, and it is not
    /// forced.</exception>
    /// <exception cref="PbsConflictException">Another datastore keeps its chunks in the same folder.</exception>
    /// <exception cref="PbsException">The store cannot be entered.</exception>
    public RunningTask StartGarbageCollection(
        DatastoreContext store,
        GarbageQuery query,
        CancellationToken cancellation)
    {
        CheckGarbageCollection(store, query);
        return store.Connection.Workers.Start(
            GarbageWorker,
            store.Text,
            store.Connection.AuthId,
            context => CollectGarbage(store, query, context),
            cancellation);
    }

    private void CollectGarbage(DatastoreContext store, GarbageQuery query, TaskContext context)
    {
        using WritePassage writing = _gate.EnterToWrite(
            Entries.CollectGarbage,
            store,
            BackupNamespace.Root,
            query.Force,
            _engine.Mutations,
            context.Cancellation);
        using HeldLock held = writing.Locks.Store(LockMode.Exclusive);
        context.Log($"starting garbage collection on store {store.Text}");
        if (SharedChunks.Find(store, writing.Datastore) is { } shared) throw shared;
        var report = new TaskGarbageReport(context, $"garbage collection {store.Text}");
        var collection = new GarbageCollection(writing.Datastore, writing.Mutations, SettingsOf(store, query), report);
        context.Emit(GarbageCollectionStatus.Of(store, collection.Run(context.Upid.ToString(), context.Cancellation)));
    }

    private GarbageInfo Measure(
        Passage passage,
        GarbageQuery query,
        Action<ListingProblem> onProblem,
        Action<TaskProgress>? onProgress,
        CancellationToken cancellation)
    {
        DatastoreContext store = passage.Store;
        var report = new ListenerGarbageReport(store.Text, onProblem, onProgress, $"garbage of {store.Text}");
        GarbageCollectionSettings settings = SettingsOf(store, query);
        CollectionTimes times =
            settings.Times(_taskFolder.Time.GetUtcNow().ToUnixTimeSeconds()).WithCutoff(settings.Cutoff);
        return new GarbageInfo(store, new GarbageMeasure(passage.Datastore, settings with
        {
            Times = _ => times,
        }, report).Run(cancellation), times);
    }

    private GarbageCollectionSettings SettingsOf(DatastoreContext store, GarbageQuery query)
    {
        // A server of 4.x can be told to wait longer; what it may also be told, to wait less, is not for us to guess.
        int minutes =
            store.Name is null ? 0 : store.Connection.Configuration!.Datastores.Find(store.Name).Tuning.GcAtimeCutoff;
        return new GarbageCollectionSettings
        {
            Cutoff = query.Cutoff?.ToUnixTimeSeconds(),
            Memory = query.Memory,
            Time = _taskFolder.Time,
            MoveJournal = store.Name is null ? null : new LockPaths(Gate.RunRootOf(store), store.Name).MoveJournal,
            Times = start => CollectionTimes.At(start).NotAfter(start - (minutes * 60L)),
        };
    }

    private void DemandNoDaemon(DatastoreContext store)
    {
        if (LiveDaemon.Find(Gate.RunRootOf(store), _taskFolder.Processes) is not [string daemon, ..]) return;
        throw new PbsLockedException(
            PbsErrorId.DaemonAlive,
            $"{daemon} is running on this host: backups to '{store.Text}' that start while garbage is collected would fail",
            store.Text)
        {
            RecommendedAction = "Let the server collect the garbage (proxmox-backup-manager garbage-collection start), "
                + "or use -Force when no backup will start meanwhile.",
        };
    }
}
