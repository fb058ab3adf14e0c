using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Formats;

/// <summary>
/// Reads and writes the container of chunks, blobs and manifests: a <see cref="BlobHeader"/> and its payload. Order and
/// messages of the checks are PBS's. Source: pbs-datastore <c>data_blob.rs</c>.
/// </summary>
public static class DataBlob
{
    /// <summary>The largest size of the data in a chunk in bytes.</summary>
    public const int MaxChunkSize = 16 << 20;

    /// <summary>The largest size of a chunk's file in bytes.</summary>
    public const int MaxEncodedChunkSize = MaxChunkSize + BlobHeader.EncryptedSize;

    /// <summary>The largest size of the data in a blob in bytes.</summary>
    public const int MaxBlobSize = 128 << 20;

    /// <summary>The largest size of a blob's file in bytes.</summary>
    public const int MaxEncodedBlobSize = MaxBlobSize + BlobHeader.EncryptedSize;

    private const int SmallestBuffer = 64 << 10;
    private const int BufferGrowth = 4;

    /// <summary>Reads the header and checks the CRC.</summary>
    /// <exception cref="PbsFormatException">
    /// The blob is too small, has an unknown magic number, or has a wrong CRC.
    /// </exception>
    public static BlobHeader Load(ReadOnlySpan<byte> raw)
    {
        BlobHeader header = BlobHeader.Parse(raw);
        header.CheckCrc(Crc32.Compute(header.Payload(raw)));
        return header;
    }

    /// <summary>Decodes a plain or compressed blob into a span. The length of the span is the limit.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="PbsFormatException">
    /// The blob is damaged or encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or the data does not fit.
    /// </exception>
    public static int Decode(ReadOnlySpan<byte> raw, ZstdDecoder zstd, Span<byte> destination)
    {
        BlobHeader header = Readable(raw);
        return DecodePayload(header.IsCompressed, header.Payload(raw), zstd, destination);
    }

    /// <summary>
    /// Decodes a plain or compressed blob of unknown size. Allocates memory only if the buffer is too small.
    /// </summary>
    /// <param name="raw">The blob. The result may be a part of it.</param>
    /// <param name="zstd">The decoder of the worker.</param>
    /// <param name="buffer">
    /// Rented from the shared pool, or empty. It is replaced by a larger one if the data needs it. The caller returns
    /// it to the pool.
    /// </param>
    /// <param name="limit">The largest accepted size of the data in bytes.</param>
    /// <returns>The data, which is a part of <paramref name="raw"/> or of <paramref name="buffer"/>.</returns>
    /// <exception cref="PbsFormatException">
    /// The blob is damaged, encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or exceeds the limit.
    /// </exception>
    public static ReadOnlySpan<byte> Decode(
        ReadOnlySpan<byte> raw,
        ZstdDecoder zstd,
        ref byte[] buffer,
        int limit = MaxBlobSize)
    {
        BlobHeader header = Readable(raw);
        return DecodePayload(header.IsCompressed, header.Payload(raw), zstd, ref buffer, limit);
    }

    /// <summary>Decodes a plain or compressed blob into a new array.</summary>
    /// <exception cref="PbsFormatException">
    /// The blob is damaged, encrypted (<see cref="PbsErrorId.BlobEncrypted"/>), or exceeds the limit.
    /// </exception>
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

    /// <summary>Decodes a payload that was not encrypted or has been decrypted.</summary>
    /// <param name="compressed">Whether the payload is a zstd frame.</param>
    /// <param name="payload">The bytes after the header, or the output of the cipher.</param>
    /// <param name="zstd">The decoder of the worker.</param>
    /// <param name="destination">Receives the data. Its length is the limit.</param>
    /// <exception cref="PbsFormatException">The frame is damaged, or the data does not fit.</exception>
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
    /// Decodes a payload that was not encrypted or has been decrypted, as
    /// <see cref="Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/> does.
    /// </summary>
    /// <exception cref="PbsFormatException">The frame is damaged, or the data exceeds the limit.</exception>
    public static ReadOnlySpan<byte> DecodePayload(
        bool compressed,
        ReadOnlySpan<byte> payload,
        ZstdDecoder zstd,
        ref byte[] buffer,
        int limit)
    {
        if (!compressed) return payload.Length <= limit ? payload : throw TooLarge(limit);

        // The size that a frame states is not trusted: the buffer grows only after real data has filled it.
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
    /// Checks a chunk without a key, as PBS's <c>verify_unencrypted</c> does: first the CRC of every chunk, then the
    /// digest and the length of a chunk that is not encrypted.
    /// </summary>
    /// <param name="raw">The chunk.</param>
    /// <param name="zstd">The decoder of the worker.</param>
    /// <param name="buffer">See <see cref="Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/>.</param>
    /// <param name="expected">The digest in the name of the chunk.</param>
    /// <param name="expectedLength">The length in bytes that the index states.</param>
    /// <exception cref="PbsFormatException">The chunk is damaged.</exception>
    /// <exception cref="PbsIntegrityException">The chunk is intact but does not match the index.</exception>
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

    /// <summary>Compares a decoded chunk with its index: first the digest, then the length.</summary>
    /// <exception cref="PbsIntegrityException">The digest or the length differs.</exception>
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
    /// <param name="data">The data, at most 128 MiB.</param>
    /// <param name="compressor">
    /// Compresses the data. The result is used if it is strictly smaller. Null leaves the data uncompressed.
    /// </param>
    /// <param name="destination">Receives the blob. It must have at least 12 bytes more than the data.</param>
    /// <returns>The length of the blob in bytes.</returns>
    /// <exception cref="PbsArgumentException">The data has more than 128 MiB.</exception>
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

    /// <summary>Refuses data that is too large for a blob. All encoders use this check.</summary>
    /// <exception cref="PbsArgumentException">The data has more than 128 MiB.</exception>
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
