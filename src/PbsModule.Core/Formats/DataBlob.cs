using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Formats;

/// <summary>
/// The one container for chunks, blobs and the manifest: a <see cref="BlobHeader"/> and its payload. Checks are made in
/// PBS's order and words. Source: pbs-datastore <c>data_blob.rs</c>.
/// </summary>
public static class DataBlob
{
    /// <summary>The most data a chunk holds.</summary>
    public const int MaxChunkSize = 16 << 20;

    /// <summary>The longest file of a chunk.</summary>
    public const int MaxEncodedChunkSize = MaxChunkSize + BlobHeader.EncryptedSize;

    /// <summary>The most data a blob holds.</summary>
    public const int MaxBlobSize = 128 << 20;

    /// <summary>The longest file of a blob.</summary>
    public const int MaxEncodedBlobSize = MaxBlobSize + BlobHeader.EncryptedSize;

    private const int SmallestBuffer = 64 << 10;
    private const int BufferGrowth = 4;

    /// <summary>Reads the header and checks the CRC.</summary>
    /// <exception cref="PbsFormatException">Too small, unknown magic, or a wrong CRC.</exception>
    public static BlobHeader Load(ReadOnlySpan<byte> raw)
    {
        BlobHeader header = BlobHeader.Parse(raw);
        header.CheckCrc(Crc32.Compute(header.Payload(raw)));
        return header;
    }

    /// <summary>Decodes a plain or compressed blob into a span whose length is the bound.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="PbsFormatException">Damaged, encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or more data
    /// than fits.</exception>
    public static int Decode(ReadOnlySpan<byte> raw, ZstdDecoder zstd, Span<byte> destination)
    {
        BlobHeader header = Readable(raw);
        return DecodePayload(header.IsCompressed, header.Payload(raw), zstd, destination);
    }

    /// <summary>
    /// Decodes a plain or compressed blob of unknown size without allocating where the buffer reaches.
    /// </summary>
    /// <param name="raw">The blob; what is returned may be a part of it.</param>
    /// <param name="zstd">The worker's decoder.</param>
    /// <param name="buffer">Rented from the shared pool, or empty; exchanged for a larger one when the data needs it.
    /// The caller returns it.</param>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <returns>The data: a part of <paramref name="raw"/> or of <paramref name="buffer"/>.</returns>
    /// <exception cref="PbsFormatException">Damaged, encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or more than
    /// the limit.</exception>
    public static ReadOnlySpan<byte> Decode(
        ReadOnlySpan<byte> raw,
        ZstdDecoder zstd,
        ref byte[] buffer,
        int limit = MaxBlobSize)
    {
        BlobHeader header = Readable(raw);
        return DecodePayload(header.IsCompressed, header.Payload(raw), zstd, ref buffer, limit);
    }

    /// <summary>Decodes a plain or compressed blob into an array of its own.</summary>
    /// <exception cref="PbsFormatException">Damaged, encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or more than
    /// the limit.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> raw, ZstdDecoder zstd, int limit = MaxBlobSize)
    {
        byte[] buffer = [];
        try
        {
            return Decode(raw, zstd, ref buffer, limit).ToArray();
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Decodes a payload that is not, or no longer, encrypted.</summary>
    /// <param name="compressed">Whether it is a zstd frame.</param>
    /// <param name="payload">What stands behind the header, or came out of the cipher.</param>
    /// <param name="zstd">The worker's decoder.</param>
    /// <param name="destination">Receives the data; its length is the bound.</param>
    /// <exception cref="PbsFormatException">Damaged frame, or more data than fits.</exception>
    public static int DecodePayload(
        bool compressed,
        ReadOnlySpan<byte> payload,
        ZstdDecoder zstd,
        Span<byte> destination)
    {
        if (compressed)
        {
            return zstd.TryDecode(payload, destination, out int written) ? written : throw TooLarge(destination.Length);
        }

        if (payload.Length > destination.Length) throw TooLarge(destination.Length);
        payload.CopyTo(destination);
        return payload.Length;
    }

    /// <summary>
    /// As <see cref="Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/>, for a payload that is not, or no
    /// longer, encrypted.
    /// </summary>
    /// <exception cref="PbsFormatException">Damaged frame, or more than the limit.</exception>
    public static ReadOnlySpan<byte> DecodePayload(
        bool compressed,
        ReadOnlySpan<byte> payload,
        ZstdDecoder zstd,
        ref byte[] buffer,
        int limit)
    {
        if (!compressed) return payload.Length <= limit ? payload : throw TooLarge(limit);

        // What a frame says of its size is not believed: the buffer grows only when real data has filled it.
        int size = Math.Min(limit, Math.Max(SmallestBuffer, buffer.Length));
        while (true)
        {
            if (buffer.Length < size) Exchange(ref buffer, size);
            if (zstd.TryDecode(payload, buffer.AsSpan(0, size), out int written)) return buffer.AsSpan(0, written);
            if (size == limit) throw TooLarge(limit);
            size = (int)Math.Min(limit, (long)Math.Max(size, buffer.Length) * BufferGrowth);
        }
    }

    /// <summary>
    /// The check of a chunk that needs no key (<c>verify_unencrypted</c>): an encrypted one passes unseen, a plain one
    /// must have the digest, then the length. The CRC is checked first, in either case.
    /// </summary>
    /// <param name="raw">The chunk.</param>
    /// <param name="zstd">The worker's decoder.</param>
    /// <param name="buffer">As for <see cref="Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/>.</param>
    /// <param name="expected">The digest it is named by.</param>
    /// <param name="expectedLength">The length its index gives it.</param>
    /// <exception cref="PbsFormatException">Damaged.</exception>
    /// <exception cref="PbsIntegrityException">Whole, but not what the index promises.</exception>
    public static void VerifyUnencrypted(
        ReadOnlySpan<byte> raw,
        ZstdDecoder zstd,
        ref byte[] buffer,
        in Digest expected,
        long expectedLength)
    {
        BlobHeader header = Load(raw);
        if (header.IsEncrypted) return;
        ReadOnlySpan<byte> data =
            DecodePayload(header.IsCompressed, header.Payload(raw), zstd, ref buffer, MaxChunkSize);
        CheckChunk(Digest.Of(data), data.Length, expected, expectedLength);
    }

    /// <summary>
    /// Compares what a chunk decoded to with what its index promises: the digest first, then the length.
    /// </summary>
    /// <exception cref="PbsIntegrityException">They differ.</exception>
    public static void CheckChunk(in Digest actual, long actualLength, in Digest expected, long expectedLength)
    {
        if (actual != expected)
        {
            throw new PbsIntegrityException(
                PbsErrorId.ChunkDigestMismatch,
                "detected chunk with wrong digest.",
                expected.ToString());
        }

        if (actualLength != expectedLength)
        {
            throw new PbsIntegrityException(
                PbsErrorId.ChunkLengthMismatch,
                $"detected chunk with wrong length ({expectedLength} != {actualLength})",
                expected.ToString());
        }
    }

    /// <summary>Writes a blob without encryption.</summary>
    /// <param name="data">At most 128 MiB.</param>
    /// <param name="compressor">Compresses, and the result is kept where it is strictly smaller; null leaves the data
    /// plain.</param>
    /// <param name="destination">At least 12 bytes more than the data.</param>
    /// <returns>The length of the blob.</returns>
    /// <exception cref="PbsArgumentException">More than 128 MiB.</exception>
    public static int Encode(ReadOnlySpan<byte> data, ZstdEncoder? compressor, Span<byte> destination)
    {
        CheckEncodable(data.Length);
        Span<byte> payload = destination.Slice(BlobHeader.PlainSize, data.Length);
        if (compressor is not null
            && data.Length > 0
            && compressor.TryEncodeStreaming(data, payload[..^1], out int written))
        {
            Span<byte> compressed = destination[..(BlobHeader.PlainSize + written)];
            BlobHeader.Write(compressed, BlobKind.Compressed);
            return compressed.Length;
        }

        data.CopyTo(payload);
        Span<byte> plain = destination[..(BlobHeader.PlainSize + data.Length)];
        BlobHeader.Write(plain, BlobKind.Plain);
        return plain.Length;
    }

    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, ZstdEncoder?, Span{byte})"/>
    public static byte[] Encode(ReadOnlySpan<byte> data, ZstdEncoder? compressor = null)
    {
        CheckEncodable(data.Length);
        byte[] blob = new byte[BlobHeader.PlainSize + data.Length];
        int length = Encode(data, compressor, blob);
        return length == blob.Length ? blob : blob[..length];
    }

    /// <summary>Refuses what no blob may hold; for every encoder.</summary>
    /// <exception cref="PbsArgumentException">More than 128 MiB.</exception>
    internal static void CheckEncodable(long length)
    {
        if (length > MaxBlobSize)
        {
            throw new PbsArgumentException(PbsErrorId.BlobTooLarge, $"data blob too large ({length} bytes).");
        }
    }

    private static BlobHeader Readable(ReadOnlySpan<byte> raw)
    {
        BlobHeader header = Load(raw);
        return header.IsEncrypted
            ? throw new PbsFormatException(PbsErrorId.BlobEncrypted, "unable to decrypt blob - missing CryptConfig")
            : header;
    }

    private static void Exchange(ref byte[] buffer, int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static PbsFormatException TooLarge(int limit) =>
        new(PbsErrorId.BlobTooLarge, $"decoded data is larger than {limit} bytes");
}
