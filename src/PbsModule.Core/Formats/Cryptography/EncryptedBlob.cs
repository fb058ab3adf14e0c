using System.Buffers;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// The encrypted forms of a <see cref="DataBlob"/>: compressed, then encrypted, then the CRC over the ciphertext.
/// Nothing is handed out before the tag is right. Source: pbs-datastore <c>data_blob.rs</c>.
/// </summary>
public static class EncryptedBlob
{
    /// <summary>
    /// Decodes a blob of any form, with the CRC checked first. An encrypted one is decrypted where it stands.
    /// </summary>
    /// <param name="raw">The blob; overwritten when it is encrypted. What is returned may be a part of it.</param>
    /// <param name="key">The key; blobs that are not encrypted need none and do not look at it.</param>
    /// <param name="zstd">The worker's decoder.</param>
    /// <param name="buffer">As for
    /// <see cref="DataBlob.Decode(ReadOnlySpan{byte}, ZstdDecoder, ref byte[], int)"/>.</param>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <returns>The data: a part of <paramref name="raw"/> or of <paramref name="buffer"/>.</returns>
    /// <exception cref="PbsFormatException">Damaged, more than the limit, or encrypted and no key
    /// (<see cref="PbsErrorId.BlobEncrypted"/>).</exception>
    /// <exception cref="PbsIntegrityException">The tag is wrong: another key, or somebody changed the data.</exception>
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

    /// <summary>Decodes a blob of any form into an array of its own, and leaves the blob as it is.</summary>
    /// <exception cref="PbsFormatException">As the other one.</exception>
    /// <exception cref="PbsIntegrityException">As the other one.</exception>
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
    /// The payload of a blob whose CRC was checked, decrypted in place where it is encrypted; it may still be
    /// compressed.
    /// </summary>
    /// <exception cref="PbsFormatException">It is encrypted and there is no key.</exception>
    /// <exception cref="PbsIntegrityException">The tag is wrong; the payload is then all zero.</exception>
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

    /// <summary>Writes an encrypted blob under a random IV.</summary>
    /// <param name="data">At most 128 MiB.</param>
    /// <param name="key">The key.</param>
    /// <param name="compressor">Compresses first, and the result is kept where it is strictly shorter; null leaves the
    /// data as it is.</param>
    /// <param name="destination">At least 44 bytes more than the data.</param>
    /// <returns>The length of the blob.</returns>
    /// <exception cref="PbsArgumentException">More than 128 MiB.</exception>
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

    /// <summary>The same under a given IV, which must never have been used with this key.</summary>
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
