using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Result of a complete garbage collection. Source: <c>.gc-status</c>, pbs-api-types GarbageCollectionStatus.
/// </summary>
public sealed class GarbageCollectionStatus : IDatastoreItem
{
    private readonly DatastoreContext _store;
    private readonly GarbageCollectionFile _file;

    private GarbageCollectionStatus(DatastoreContext store, GarbageCollectionFile file)
    {
        _store = store;
        _file = file;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>The task that did it; null when none has ended yet, or when it was no task.</summary>
    public string? Upid => _file.Upid;

    /// <summary>When that run started, UTC; out of <see cref="Upid"/>.</summary>
    public DateTimeOffset? StartTime => TaskStart.Of(Upid);

    public long IndexFileCount => _file.IndexFileCount;

    /// <summary>Sum of the logical sizes of all index files.</summary>
    public long IndexDataBytes => _file.IndexDataBytes;

    /// <summary>Bytes of the chunks in use.</summary>
    public long DiskBytes => _file.DiskBytes;

    /// <summary>Chunks in use.</summary>
    public long DiskChunks => _file.DiskChunks;

    public long RemovedBytes => _file.RemovedBytes;

    public long RemovedChunks => _file.RemovedChunks;

    /// <summary>Bytes that nothing refers to and that were still too young to go.</summary>
    public long PendingBytes => _file.PendingBytes;

    public long PendingChunks => _file.PendingChunks;

    /// <summary>Removed chunks that a verification had set aside.</summary>
    public long RemovedBad => _file.RemovedBad;

    /// <summary>Chunks set aside that were too young to go.</summary>
    public long StillBad => _file.StillBad;

    /// <summary>How many times over the indexes hold what lies on disk.</summary>
    public double DeduplicationFactor => _file.DeduplicationFactor;

    /// <summary>The <c>gc-schedule</c> of the datastore; null where it has none.</summary>
    public string? Schedule { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Upid ?? "";

    internal static GarbageCollectionStatus Of(DatastoreContext store, GarbageCollectionFile file) => new(store, file)
    {
        Schedule = store.Name is null ? null : store.Connection.Configuration!.Datastores.Find(store.Name).GcSchedule,
    };
}
