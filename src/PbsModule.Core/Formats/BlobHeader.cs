using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats;

/// <summary>The four forms of a DataBlob.</summary>
public enum BlobKind
{
    Plain,
    Compressed,
    Encrypted,
    EncryptedCompressed,
}

/// <summary>
/// The header before the payload of a DataBlob: 12 bytes (magic, CRC-32), or 44 for the encrypted kinds (with IV and
/// tag). The CRC covers only the payload. Source: pbs-datastore <c>file_formats.rs</c>.
/// </summary>
public readonly record struct BlobHeader(BlobKind Kind, uint Crc)
{
    /// <summary>The size in bytes of the header of a plain or compressed blob.</summary>
    public const int PlainSize = 12;

    /// <summary>The size in bytes of the header of an encrypted blob.</summary>
    public const int EncryptedSize = 44;

    public const int IvSize = 16;
    public const int TagSize = 16;

    private const int CrcAt = 8;
    private const int IvAt = 12;
    private const int TagAt = IvAt + IvSize;

    internal static ReadOnlySpan<byte> PlainMagic => [0x42, 0xab, 0x38, 0x07, 0xbe, 0x83, 0x70, 0xa1];

    private static ReadOnlySpan<byte> CompressedMagic => [0x31, 0xb9, 0x58, 0x42, 0x6f, 0xb6, 0xa3, 0x7f];

    private static ReadOnlySpan<byte> EncryptedMagic => [0x7b, 0x67, 0x85, 0xbe, 0x22, 0x2d, 0x4c, 0xf0];

    private static ReadOnlySpan<byte> EncryptedCompressedMagic => [0xe6, 0x59, 0x1b, 0xbf, 0x0b, 0xbf, 0xd8, 0x0b];

    public bool IsEncrypted => Kind is BlobKind.Encrypted or BlobKind.EncryptedCompressed;

    public bool IsCompressed => Kind is BlobKind.Compressed or BlobKind.EncryptedCompressed;

    /// <summary>The mode that the blob states: none or encrypt, never sign-only.</summary>
    public CryptMode CryptMode => IsEncrypted ? CryptMode.Encrypt : CryptMode.None;

    /// <summary>The size of the header in bytes.</summary>
    public int Size => SizeOf(Kind);

    public static int SizeOf(BlobKind kind) =>
        kind is BlobKind.Encrypted or BlobKind.EncryptedCompressed ? EncryptedSize : PlainSize;

    /// <summary>Whether the bytes begin with the magic number of a blob, even if the rest is damaged.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> raw) =>
        raw.StartsWith(PlainMagic)
            || raw.StartsWith(CompressedMagic)
            || raw.StartsWith(EncryptedMagic)
            || raw.StartsWith(EncryptedCompressedMagic);

    /// <summary>Reads the header at the start of a blob or of its first piece. Does not check the CRC.</summary>
    /// <param name="raw">The start of the blob. 44 bytes are sufficient.</param>
    /// <param name="length">
    /// The length of the complete blob in bytes, if <paramref name="raw"/> is only its start.
    /// </param>
    /// <exception cref="PbsFormatException">
    /// The blob is too small or has an unknown magic number. Order and text of the messages are PBS's.
    /// </exception>
    public static BlobHeader Parse(ReadOnlySpan<byte> raw, long length = -1)
    {
        if (length < 0) length = raw.Length;
        if (raw.Length < PlainSize || length < PlainSize)
        {
            throw new PbsFormatException(PbsErrorId.BlobInvalid, $"blob too small ({length} bytes).");
        }

        BlobKind kind =
            raw.StartsWith(PlainMagic) ? BlobKind.Plain
            : raw.StartsWith(CompressedMagic) ? BlobKind.Compressed
            : raw.StartsWith(EncryptedMagic) ? BlobKind.Encrypted
            : raw.StartsWith(EncryptedCompressedMagic) ? BlobKind.EncryptedCompressed
            : throw new PbsFormatException(PbsErrorId.BlobInvalid, "unable to parse raw blob - wrong magic", 0);
        BlobHeader header = new(kind, BinaryPrimitives.ReadUInt32LittleEndian(raw[CrcAt..]));
        return raw.Length < header.Size || length < header.Size
            ? throw new PbsFormatException(PbsErrorId.BlobInvalid, $"encrypted blob too small ({length} bytes).")
            : header;
    }

    /// <summary>Returns the bytes after the header: the data, a zstd frame, or the ciphertext of either.</summary>
    public ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> raw) => raw[Size..];

    /// <summary>Returns the initialization vector of an encrypted kind, 16 bytes. Empty for other kinds.</summary>
    public ReadOnlySpan<byte> Iv(ReadOnlySpan<byte> raw) => IsEncrypted ? raw.Slice(IvAt, IvSize) : default;

    /// <summary>Returns the GCM tag of an encrypted kind, 16 bytes. Empty for other kinds.</summary>
    public ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> raw) => IsEncrypted ? raw.Slice(TagAt, TagSize) : default;

    /// <summary>Checks that the CRC of the payload is the one in the header.</summary>
    /// <exception cref="PbsFormatException">The CRC differs.</exception>
    public void CheckCrc(uint crc)
    {
        if (crc != Crc)
        {
            throw new PbsFormatException(PbsErrorId.BlobChecksumMismatch, "Data blob has wrong CRC checksum.", CrcAt);
        }
    }

    /// <summary>Writes the header of a blob whose payload is already in place.</summary>
    /// <param name="blob">The complete blob.</param>
    /// <param name="kind">The form of the blob.</param>
    /// <param name="iv">The IV: 16 bytes for the encrypted kinds, otherwise empty.</param>
    /// <param name="tag">The tag: 16 bytes for the encrypted kinds, otherwise empty.</param>
    public static void Write(
        Span<byte> blob,
        BlobKind kind,
        ReadOnlySpan<byte> iv = default,
        ReadOnlySpan<byte> tag = default)
    {
        int size = SizeOf(kind);
        int expected = size == EncryptedSize ? IvSize : 0;
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, expected);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, expected);
        MagicOf(kind).CopyTo(blob);
        if (size == EncryptedSize)
        {
            iv.CopyTo(blob[IvAt..]);
            tag.CopyTo(blob[TagAt..]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(blob[CrcAt..], Crc32.Compute(blob[size..]));
    }

    private static ReadOnlySpan<byte> MagicOf(BlobKind kind) => kind switch
    {
        BlobKind.Plain => PlainMagic,
        BlobKind.Compressed => CompressedMagic,
        BlobKind.Encrypted => EncryptedMagic,
        _ => EncryptedCompressedMagic,
    };
}
