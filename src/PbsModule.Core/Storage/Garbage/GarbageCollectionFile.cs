using System.Text.Json;
using System.Text.Json.Serialization;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>What <c>.gc-status</c> holds of the last complete garbage collection.</summary>
internal sealed record GarbageCollectionFile
{
    private const string FileName = ".gc-status";
    private const int Mode = 0x1A4; // 0644
    private const int MaxLength = 1 << 20;

    private static readonly JsonSerializerOptions Layout = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        TypeInfoResolver = GarbageCollectionJson.Default,
    };

    public string? Upid { get; init; }

    public long IndexFileCount { get; init; }

    public long IndexDataBytes { get; init; }

    public long DiskBytes { get; init; }

    public long DiskChunks { get; init; }

    public long RemovedBytes { get; init; }

    public long RemovedChunks { get; init; }

    public long PendingBytes { get; init; }

    public long PendingChunks { get; init; }

    public long RemovedBad { get; init; }

    public long StillBad { get; init; }

    /// <summary>Use of the server's memory of touched chunks; null before 4.0.2, and for our own collections.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GarbageCacheStats? CacheStats { get; init; }

    /// <summary>How many times over the indexes hold what lies on disk; 1 where nothing does.</summary>
    [JsonIgnore]
    public double DeduplicationFactor => DiskBytes > 0 ? (double)IndexDataBytes / DiskBytes : 1;

    /// <summary>Null when no run has ended yet, or the file cannot be read.</summary>
    public static GarbageCollectionFile? Read(Datastore store, out ListingProblem? problem)
    {
        using Folder root = store.OpenRoot();
        var content = new FileContent();
        int error = root.ReadFile(".gc-status"u8, content, MaxLength);
        problem = null;
        if (error == OsError.ENOENT) return null;
        string path = store.PathOf(FileName);
        if (error != 0)
        {
            problem = Problem(path, $"unable to read {PathText.Quote(path)} - {OsError.Describe(error)}");
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<GarbageCollectionFile>(content.Bytes, Layout);
        }
        catch (JsonException e)
        {
            problem = Problem(path, e.Message);
            return null;
        }
    }

    /// <summary>Replaces the file. What goes wrong is only logged: the work is done.</summary>
    public void TryWrite(Datastore store, IFileMutations mutations, IGarbageReport report)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(this, Layout);
        FileOwner? owner = FileOwner.ForNewFilesIn(store.PathOf(Datastore.ChunkFolder));
        try
        {
            AtomicFile.Replace(mutations, store.PathOf(FileName), content, Mode, owner, Durability.Rename);
        }
        catch (OsErrorException e)
        {
            report.Log($"unable to write gc-status: {e.Message}");
        }
    }

    private static ListingProblem Problem(string path, string reason) =>
        new(PbsErrorId.FileUnreadable, $"error reading gc-status: {reason}", path, ListingProblemKind.Warning);
}

/// <summary>Use of the server's memory of touched chunks.</summary>
/// <param name="Hits">References to chunks that it remembered.</param>
/// <param name="Misses">References to chunks that it did not remember, and touched.</param>
internal sealed record GarbageCacheStats(long Hits, long Misses);

[JsonSerializable(typeof(GarbageCollectionFile))]
internal sealed partial class GarbageCollectionJson : JsonSerializerContext;
