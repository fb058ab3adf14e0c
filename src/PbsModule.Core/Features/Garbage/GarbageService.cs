using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Garbage;

/// <summary>Collects garbage and measures it.</summary>
public sealed class GarbageService
{
    private readonly ServiceScope _scope;

    internal GarbageService(ServiceScope scope) => _scope = scope;

    private const string GarbageWorker = "garbage_collection";

    /// <summary>
    /// Returns the result of the last complete garbage collection; zeros and no task if none has ended yet. Source: PBS
    /// GET gc.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Audit on
    /// …</c></exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public GarbageCollectionStatus GetStatus(DatastoreContext store, Action<ListingProblem> onProblem)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.GarbageStatus, store, BackupNamespace.Root);
        return LastGarbageCollection(store, grant.Datastore, onProblem)
            ?? GarbageCollectionStatus.Of(store, new GarbageCollectionFile());
    }

    /// <summary>Measures what a garbage collection would find now. Changes nothing, not even access times.</summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Options of the collection.</param>
    /// <param name="onProblem">Receives files that vanish during the measurement.</param>
    /// <param name="onProgress">Receives progress on the calling thread.</param>
    /// <param name="cancellation">Cancels the measurement.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Audit on
    /// …</c></exception>
    /// <exception cref="PbsFormatException">
    /// An index cannot be read, which would also end a collection: <c>can't read index '…' - …</c>.
    /// </exception>
    /// <exception cref="PbsException">Access to the store is refused, or data cannot be read.</exception>
    public GarbageInfo MeasureGarbage(
        DatastoreContext store,
        GarbageQuery query,
        Action<ListingProblem> onProblem,
        Action<TaskProgress>? onProgress,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.MeasureGarbage, store, BackupNamespace.Root);
        if (SharedChunks.Find(store, grant.Datastore) is { } shared)
        {
            onProblem(new ListingProblem(shared.ErrorId, shared.Message, store.Text, ListingProblemKind.Warning));
        }

        return Measure(grant, query, onProblem, onProgress, cancellation);
    }

    /// <summary>
    /// Measures as <see cref="MeasureGarbage"/> does, for callers who may collect, after the checks of
    /// <see cref="Start"/>.
    /// </summary>
    /// <exception cref="PbsException">
    /// As for <see cref="MeasureGarbage"/> and <see cref="Start"/>.
    /// </exception>
    public GarbageInfo Preview(
        DatastoreContext store,
        GarbageQuery query,
        Action<ListingProblem> onProblem,
        Action<TaskProgress>? onProgress,
        CancellationToken cancellation)
    {
        Check(store, query);
        AccessGrant grant = _scope.Gate.Enter(Entries.CollectGarbage, store, BackupNamespace.Root);
        return Measure(grant, query, onProblem, onProgress, cancellation);
    }

    /// <summary>
    /// Checks that a garbage collection can start as <see cref="Start"/> does, without changing
    /// anything.
    /// </summary>
    /// <exception cref="PbsException">As for <see cref="Start"/>.</exception>
    public void Check(DatastoreContext store, GarbageQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        AccessGrant grant = _scope.Gate.Enter(Entries.CollectGarbage, store, BackupNamespace.Root);
        SettingsOf(store, query)
            .Times(_scope.Tasks.Time.GetUtcNow().ToUnixTimeSeconds())
            .WithCutoff(query.Cutoff?.ToUnixTimeSeconds());
        WriteGate.DemandVisibleLocks(store, grant.Datastore, query.Force);
        if (SharedChunks.Find(store, grant.Datastore) is { } shared) throw shared;
        if (!query.Force) DemandNoDaemon(store);
    }

    /// <summary>
    /// Starts a garbage collection as a task, which holds the store's exclusive lock until it ends. Its result is a
    /// <see cref="GarbageCollectionStatus"/>. Source: PBS POST gc.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Options of the collection.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing Datastore.Modify on
    /// …</c></exception>
    /// <exception cref="PbsArgumentException">The cutoff is later than PBS's own.</exception>
    /// <exception cref="PbsLockedException">
    /// A server's daemon runs, or PBS's locks cannot be seen, and it is not forced.
    /// </exception>
    /// <exception cref="PbsConflictException">Another datastore uses the same chunk folder.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public RunningTask Start(
        DatastoreContext store,
        GarbageQuery query,
        CancellationToken cancellation)
    {
        Check(store, query);
        return store.Connection.Workers.Start(
            GarbageWorker,
            store.Text,
            store.Connection.AuthId,
            context => CollectGarbage(store, query, context),
            cancellation);
    }

    private void CollectGarbage(DatastoreContext store, GarbageQuery query, TaskContext context)
    {
        using WriteGrant writing = _scope.Gate.EnterToWrite(
            Entries.CollectGarbage,
            store,
            BackupNamespace.Root,
            query.Force,
            _scope.Engine.Mutations,
            context.Cancellation);
        using HeldLock held = writing.Locks.Store(LockMode.Exclusive);
        context.Log($"starting garbage collection on store {store.Text}");
        if (SharedChunks.Find(store, writing.Datastore) is { } shared) throw shared;
        var report = new TaskGarbageReport(context, $"garbage collection {store.Text}");
        var collection = new GarbageCollection(writing.Datastore, writing.Mutations, SettingsOf(store, query), report);
        context.Emit(GarbageCollectionStatus.Of(store, collection.Run(context.Upid.ToString(), context.Cancellation)));
    }

    private GarbageInfo Measure(
        AccessGrant grant,
        GarbageQuery query,
        Action<ListingProblem> onProblem,
        Action<TaskProgress>? onProgress,
        CancellationToken cancellation)
    {
        DatastoreContext store = grant.Store;
        var report = new ListenerGarbageReport(store.Text, onProblem, onProgress, $"garbage of {store.Text}");
        GarbageCollectionSettings settings = SettingsOf(store, query);
        CollectionTimes times =
            settings.Times(_scope.Tasks.Time.GetUtcNow().ToUnixTimeSeconds()).WithCutoff(settings.Cutoff);
        return new GarbageInfo(store, new GarbageMeasure(grant.Datastore, settings with
        {
            Times = _ => times,
        }, report).Run(cancellation), times);
    }

    private GarbageCollectionSettings SettingsOf(DatastoreContext store, GarbageQuery query)
    {
        DatastoreTuning tuning = store.Name is null
            ? DatastoreTuning.Default
            : store.Connection.Configuration!.Datastores.Find(store.Name).Tuning;

        // Where writers cannot be seen, only the time protects what a backup has just written: it is not shortened.
        int minutes = SeesWriters(store)
            ? tuning.GcAtimeCutoff
            : Math.Max(tuning.GcAtimeCutoff, DatastoreTuning.Default.GcAtimeCutoff);
        return new GarbageCollectionSettings
        {
            Cutoff = query.Cutoff?.ToUnixTimeSeconds(),
            Memory = query.Memory,
            DemandsAccessTimes = tuning.GcAtimeSafetyCheck,
            Time = _scope.Tasks.Time,
            MoveJournal = store.Name is null ? null : new LockPaths(WriteGate.RunRootOf(store), store.Name).MoveJournal,
            Times = start => CollectionTimes.Configured(start, minutes),
        };
    }

    /// <summary>Whether the locks show that nobody writes while garbage is collected.</summary>
    private static bool SeesWriters(DatastoreContext store) =>
        store.Name is not null
        && LockEnvironment.Probe(store.Path, WriteGate.RunRootOf(store)).Visibility == LockVisibility.Visible;

    private void DemandNoDaemon(DatastoreContext store)
    {
        if (LiveDaemon.Find(WriteGate.RunRootOf(store), _scope.Tasks.Processes) is not [string daemon, ..]) return;
        throw new PbsLockedException(
            PbsErrorId.DaemonAlive,
            $"{daemon} is running on this host: backups to '{store.Text}' that start while garbage is collected would "
                + "fail",
            store.Text)
        {
            RecommendedAction = "Let the server collect the garbage (proxmox-backup-manager garbage-collection start), "
                + "or use -Force when no backup will start meanwhile.",
        };
    }

    internal static GarbageCollectionStatus? LastGarbageCollection(
        DatastoreContext store,
        Datastore datastore,
        Action<ListingProblem> onProblem)
    {
        GarbageCollectionFile? file = GarbageCollectionFile.Read(datastore, out ListingProblem? problem);
        if (problem is not null) onProblem(problem);
        return file is null ? null : GarbageCollectionStatus.Of(store, file);
    }
}
