using System.Buffers;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Reads and writes the encrypted forms of a <see cref="DataBlob"/>: the data is compressed, then encrypted, and the
/// CRC covers the ciphertext. No data is returned before the tag is checked. Source: pbs-datastore <c>data_blob.rs</c>.
/// </summary>
public static class EncryptedBlob
{
    /// <summary>Decodes a blob of any form and checks its CRC first. An encrypted blob is decrypted in place.</summary>
    /// <param name="raw">The blob. It is overwritten if it is encrypted. The result may be a part of it.</param>
    /// <param name="key">The key, or null. Not used for blobs that are not encrypted.</param>
    /// <param name="zstd">The decoder of the worker.</param>
    /// <param name="buffer">
    /// See <see cref="DataBlob.Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/>.
    /// </param>
    /// <param name="limit">The largest accepted size of the data in bytes.</param>
    /// <returns>The data, which is a part of <paramref name="raw"/> or of <paramref name="buffer"/>.</returns>
    /// <exception cref="PbsFormatException">
    /// The blob is damaged, exceeds the limit, or is encrypted and no key was given
    /// (<see cref="PbsErrorId.BlobEncrypted"/>).
    /// </exception>
    /// <exception cref="PbsIntegrityException">
    /// The tag is wrong: the key is a different one, or the data was changed.
    /// </exception>
    public static ReadOnlySpan<byte> Decode(
        Span<byte> raw,
        CryptKey? key,
        ZstdDecoder zstd,
        ref byte[] buffer,
        int limit = DataBlob.MaxBlobSize)
    {
        BlobHeader header = DataBlob.Load(raw);
        return DataBlob.DecodePayload(header.IsCompressed, Decrypt(raw, header, key), zstd, ref buffer, limit);
    }

    /// <summary>Decodes a blob of any form into a new array. The blob stays unchanged.</summary>
    /// <exception cref="PbsFormatException">
    /// The blob is damaged, exceeds the limit, or is encrypted and no key was given.
    /// </exception>
    /// <exception cref="PbsIntegrityException">
    /// The tag is wrong: the key is a different one, or the data was changed.
    /// </exception>
    public static byte[] Decode(
        ReadOnlySpan<byte> raw,
        CryptKey? key,
        ZstdDecoder zstd,
        int limit = DataBlob.MaxBlobSize)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(raw.Length);
        byte[] buffer = [];
        try
        {
            raw.CopyTo(copy);
            return Decode(copy.AsSpan(0, raw.Length), key, zstd, ref buffer, limit).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Returns the payload of a blob whose CRC was checked. An encrypted payload is decrypted in place. It may still be
    /// compressed.
    /// </summary>
    /// <exception cref="PbsFormatException">The blob is encrypted and no key was given.</exception>
    /// <exception cref="PbsIntegrityException">The tag is wrong. The payload is then all zeros.</exception>
    public static Span<byte> Decrypt(Span<byte> raw, BlobHeader header, CryptKey? key)
    {
        Span<byte> payload = raw[header.Size..];
        if (!header.IsEncrypted) return payload;
        if (key is null) throw NoKey();
        if (key.TryDecrypt(header.Iv(raw), payload, header.Tag(raw), payload)) return payload;
        throw new PbsIntegrityException(
            PbsErrorId.BlobAuthenticationFailed,
            "unable to decrypt blob - wrong key, or the data was changed",
            key.ToString());
    }

    /// <summary>Writes an encrypted blob with a random IV.</summary>
    /// <param name="data">The data, at most 128 MiB.</param>
    /// <param name="key">The key to encrypt with.</param>
    /// <param name="compressor">
    /// Compresses the data first. The result is used if it is strictly shorter. Null leaves the data uncompressed.
    /// </param>
    /// <param name="destination">Receives the blob. It must have at least 44 bytes more than the data.</param>
    /// <returns>The length of the blob in bytes.</returns>
    /// <exception cref="PbsArgumentException">The data has more than 128 MiB.</exception>
    public static int Encode(ReadOnlySpan<byte> data, CryptKey key, ZstdEncoder? compressor, Span<byte> destination)
    {
        Span<byte> iv = stackalloc byte[BlobHeader.IvSize];
        RandomNumberGenerator.Fill(iv);
        return Encode(data, key, compressor, iv, destination);
    }

    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, CryptKey, ZstdEncoder?, Span{byte})"/>
    public static byte[] Encode(ReadOnlySpan<byte> data, CryptKey key, ZstdEncoder? compressor = null)
    {
        DataBlob.CheckEncodable(data.Length);
        byte[] blob = new byte[BlobHeader.EncryptedSize + data.Length];
        int length = Encode(data, key, compressor, blob);
        return length == blob.Length ? blob : blob[..length];
    }

    internal static PbsFormatException NoKey() =>
        new(PbsErrorId.BlobEncrypted, "unable to decrypt blob - missing CryptConfig");

    /// <summary>Writes an encrypted blob with a given IV, which must never have been used with this key.</summary>
    internal static int Encode(
        ReadOnlySpan<byte> data,
        CryptKey key,
        ZstdEncoder? compressor,
        ReadOnlySpan<byte> iv,
        Span<byte> destination)
    {
        DataBlob.CheckEncodable(data.Length);
        Span<byte> tag = stackalloc byte[BlobHeader.TagSize];
        Span<byte> payload = destination.Slice(BlobHeader.EncryptedSize, data.Length);
        BlobKind kind = BlobKind.Encrypted;
        if (compressor is not null
            && data.Length > 0
            && compressor.TryEncodeSized(data, payload[..^1], out int written))
        {
            kind = BlobKind.EncryptedCompressed;
            payload = payload[..written];
            key.Encrypt(iv, payload, payload, tag);
        }
        else
        {
            key.Encrypt(iv, data, payload, tag);
        }

        Span<byte> blob = destination[..(BlobHeader.EncryptedSize + payload.Length)];
        BlobHeader.Write(blob, kind, iv, tag);
        return blob.Length;
    }
}
