using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>In which order chunks are read.</summary>
public enum ChunkOrder
{
    Inode,
    None,
}

/// <summary>When chunks are forced to disk.</summary>
public enum SyncLevel
{
    Filesystem,
    File,
    None,
}

/// <summary>
/// The <c>tuning</c> of a datastore, with PBS's defaults for what is not set. The last five are of 4.x.
/// </summary>
/// <param name="ChunkOrder">Order in which verify and garbage collection read chunks.</param>
/// <param name="SyncLevel">What is synced before a backup counts as done.</param>
/// <param name="GcAtimeSafetyCheck">Whether garbage collection first proves that access times are kept.</param>
/// <param name="GcAtimeCutoff">Minutes a chunk must be untouched before it may be removed.</param>
/// <param name="GcCacheCapacity">Digests that garbage collection remembers as touched.</param>
/// <param name="DefaultVerificationWorkers">Threads that decode and hash.</param>
/// <param name="DefaultVerificationReaders">Threads that read.</param>
public sealed record DatastoreTuning(
    ChunkOrder ChunkOrder = ChunkOrder.Inode,
    SyncLevel SyncLevel = SyncLevel.Filesystem,
    bool GcAtimeSafetyCheck = true,
    int GcAtimeCutoff = 1445,
    int GcCacheCapacity = 1 << 20,
    int DefaultVerificationWorkers = 4,
    int DefaultVerificationReaders = 1)
{
    public static DatastoreTuning Default { get; } = new();

    /// <exception cref="PbsFormatException">The property string breaks its grammar or schema.</exception>
    public static DatastoreTuning Parse(string text)
    {
        PropertyString parsed = PropertyString.Read(text, DatastoreSchema.Tuning);
        return new DatastoreTuning(
            parsed.Text("chunk-order") == "none" ? ChunkOrder.None : ChunkOrder.Inode,
            parsed.Text("sync-level") switch { "none" =>
                SyncLevel.None, "file" => SyncLevel.File, _ => SyncLevel.Filesystem },
            parsed.Flag("gc-atime-safety-check") ?? Default.GcAtimeSafetyCheck,
            (int)(parsed.Number("gc-atime-cutoff") ?? Default.GcAtimeCutoff),
            (int)(parsed.Number("gc-cache-capacity") ?? Default.GcCacheCapacity),
            (int)(parsed.Number("default-verification-workers") ?? Default.DefaultVerificationWorkers),
            (int)(parsed.Number("default-verification-readers") ?? Default.DefaultVerificationReaders));
    }
}
