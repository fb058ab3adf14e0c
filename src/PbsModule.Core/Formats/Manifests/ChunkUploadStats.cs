using PbsModule.Core.Formats.Json;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>What the backup sent, as the client counted it.</summary>
/// <param name="Count">Chunks.</param>
/// <param name="Size">Bytes of data in them.</param>
/// <param name="CompressedSize">Bytes on the wire.</param>
/// <param name="Duplicates">Chunks the server had already.</param>
public readonly record struct ChunkUploadStats(ulong Count, ulong Size, ulong CompressedSize, ulong Duplicates)
{
    /// <summary>The member <c>chunk_upload_stats</c>, or null where it is missing or not four numbers.</summary>
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
