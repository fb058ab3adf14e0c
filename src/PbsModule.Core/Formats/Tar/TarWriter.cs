using System.Buffers.Binary;

namespace PbsModule.Core.Formats.Tar;

/// <summary>
/// Writes tar archives in GNU's format: names and links may have any bytes and any length, and numbers any size. .NET's
/// own writer accepts only names that are text, and no owner above 2³¹. Not thread-safe.
/// </summary>
/// <param name="target">Receives the bytes in order. It is not closed.</param>
internal sealed class TarWriter(Stream target)
{
    private const int Block = 512;
    private const int NameLength = 100;
    private const int ChecksumAt = 148;
    private const int ChecksumLength = 8;

    private readonly byte[] _header = new byte[Block];

    private static ReadOnlySpan<byte> LongName => "././@LongLink"u8;

    /// <summary>Adds an entry.</summary>
    /// <param name="item">The metadata of the entry.</param>
    /// <param name="content">Provides <see cref="TarItem.Size"/> bytes, or null if there is no content.</param>
    /// <exception cref="EndOfStreamException">The content is shorter than stated.</exception>
    public void Add(TarItem item, Stream? content)
    {
        if (item.LinkName.Length > NameLength) AddLong((byte)'K', item.LinkName.Span);
        if (item.Name.Length > NameLength) AddLong((byte)'L', item.Name.Span);
        WriteHeader((byte)item.Kind, item);
        if (content is null) return;
        byte[] piece = new byte[(int)Math.Clamp(item.Size, 1, 128 << 10)];
        for (long left = item.Size; left > 0;)
        {
            int length = content.Read(piece, 0, (int)Math.Min(left, piece.Length));
            if (length == 0) throw new EndOfStreamException();
            target.Write(piece, 0, length);
            left -= length;
        }

        Pad(item.Size);
    }

    /// <summary>Ends the archive.</summary>
    public void Finish() => target.Write(new byte[2 * Block]);

    /// <summary>Writes a text that is too long for the header as the content of a preceding entry.</summary>
    private void AddLong(byte kind, ReadOnlySpan<byte> text)
    {
        WriteHeader(kind, new TarItem(TarKind.File, LongName.ToArray()) { Size = text.Length + 1 });
        target.Write(text);
        target.WriteByte(0);
        Pad(text.Length + 1);
    }

    private void WriteHeader(byte kind, TarItem item)
    {
        Span<byte> header = _header;
        header.Clear();
        item.Name.Span[..Math.Min(item.Name.Length, NameLength)].CopyTo(header);
        WriteNumber(header.Slice(100, 8), item.Permissions);
        WriteNumber(header.Slice(108, 8), item.UserId);
        WriteNumber(header.Slice(116, 8), item.GroupId);
        WriteNumber(header.Slice(124, 12), item.Size);
        WriteNumber(header.Slice(136, 12), item.Seconds);
        header[156] = kind;
        item.LinkName.Span[..Math.Min(item.LinkName.Length, NameLength)].CopyTo(header[157..]);
        "ustar  "u8.CopyTo(header[257..]);
        if (item.Kind is TarKind.BlockDevice or TarKind.CharacterDevice)
        {
            WriteNumber(header.Slice(329, 8), item.DeviceMajor);
            WriteNumber(header.Slice(337, 8), item.DeviceMinor);
        }

        // The sum is computed with blanks in place of the checksum, which ends with a NUL and a blank.
        Span<byte> checksum = header.Slice(ChecksumAt, ChecksumLength);
        checksum.Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header) sum += value;
        WriteNumber(checksum[..^1], sum);
        target.Write(header);
    }

    /// <summary>
    /// Writes a number as octal digits and a NUL. If it has too many digits, writes it in binary with bit 7 set in the
    /// first byte, the highest byte first.
    /// </summary>
    private static void WriteNumber(Span<byte> field, long value)
    {
        const int bitsPerDigit = 3;
        int digits = field.Length - 1;
        if (value >= 0 && value >> (bitsPerDigit * digits) == 0)
        {
            for (int i = digits - 1; i >= 0; i--, value >>= bitsPerDigit) field[i] = (byte)('0' + (value & 7));
            return;
        }

        field.Fill(value < 0 ? byte.MaxValue : (byte)0);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        int length = Math.Min(bytes.Length, field.Length);
        bytes[^length..].CopyTo(field[^length..]);
        field[0] |= 0x80;
    }

    private void Pad(long length)
    {
        int rest = (int)(length % Block);
        if (rest > 0) target.Write(new byte[Block - rest]);
    }
}
