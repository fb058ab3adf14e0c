using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Features.Garbage;

/// <summary>
/// The result of a complete garbage collection. Source: <c>.gc-status</c>, pbs-api-types GarbageCollectionStatus.
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

    /// <summary>UPID of the task; null if no collection has finished yet, or it did not run as a task.</summary>
    public string? Upid => _file.Upid;

    /// <summary>Start of that task, UTC; taken from <see cref="Upid"/>.</summary>
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

    /// <summary>Unreferenced bytes that were still too young to be removed.</summary>
    public long PendingBytes => _file.PendingBytes;

    public long PendingChunks => _file.PendingChunks;

    /// <summary>Number of removed chunks that a verification had renamed as bad.</summary>
    public long RemovedBad => _file.RemovedBad;

    /// <summary>Number of bad chunks that were too young to be removed.</summary>
    public long StillBad => _file.StillBad;

    /// <summary>
    /// References to chunks that the server remembered as touched; null before PBS 4.0.2, and for collections of this
    /// module, which remember every chunk.
    /// </summary>
    public long? CacheHits => _file.CacheStats?.Hits;

    /// <summary>References to chunks that the server had to touch; null as for <see cref="CacheHits"/>.</summary>
    public long? CacheMisses => _file.CacheStats?.Misses;

    /// <summary>Ratio of the indexes' logical size to the size on disk.</summary>
    public double DeduplicationFactor => _file.DeduplicationFactor;

    /// <summary>The <c>gc-schedule</c> of the datastore; null if it has none.</summary>
    public string? Schedule { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Upid ?? "";

    internal static GarbageCollectionStatus Of(DatastoreContext store, GarbageCollectionFile file) => new(store, file)
    {
        Schedule = store.Name is null ? null : store.Connection.Configuration!.Datastores.Find(store.Name).GcSchedule,
    };
}
