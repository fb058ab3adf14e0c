using PbsModule.Core.Formats.Json;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>The statistics of the client about the data that the backup uploaded.</summary>
/// <param name="Count">The number of chunks.</param>
/// <param name="Size">The size of the data in the chunks in bytes.</param>
/// <param name="CompressedSize">The number of bytes sent.</param>
/// <param name="Duplicates">The number of chunks that the server already had.</param>
public readonly record struct ChunkUploadStats(ulong Count, ulong Size, ulong CompressedSize, ulong Duplicates)
{
    /// <summary>
    /// Reads the member <c>chunk_upload_stats</c>. Returns null if it is missing or not four numbers.
    /// </summary>
    public static ChunkUploadStats? FromJson(JsonValue value) =>
        value.AsObject() is { } members
        && members["count"].TryGetUInt64(out ulong count) && members["size"].TryGetUInt64(out ulong size)
        && members["compressed_size"].TryGetUInt64(out ulong compressed)
            && members["duplicates"].TryGetUInt64(out ulong duplicates)
            ? new ChunkUploadStats(count, size, compressed, duplicates)
            : null;

    public JsonValue ToJson() => JsonValue.From(JsonObject.From(
        KeyValuePair.Create("compressed_size", JsonValue.From(CompressedSize)),
        KeyValuePair.Create("count", JsonValue.From(Count)),
        KeyValuePair.Create("duplicates", JsonValue.From(Duplicates)),
        KeyValuePair.Create("size", JsonValue.From(Size))));
}
