using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Reads tables and entries through a small window over the source. Every offset and length is checked against the
/// available bytes.
/// </summary>
internal sealed class CatalogTables
{
    public const int MagicSize = 8;
    public const int PointerSize = sizeof(long);

    /// <summary>The length in bytes that every name must be below.</summary>
    public const int NameLimit = 4096;

    private const int LongestEntry = 1 + VarInt.MaxUnsigned + NameLimit + VarInt.MaxUnsigned + VarInt.MaxSigned;
    private const int WindowSize = 16 << 10;

    private readonly IByteSource _source;
    private readonly byte[] _window = new byte[WindowSize];
    private long _windowStart;
    private int _windowLength;

    public CatalogTables(IByteSource source)
    {
        _source = source;
        if (source.Length < MagicSize + PointerSize) throw Invalid($"catalog too small ({source.Length} bytes)", 0);
        if (!Look(0, MagicSize, MagicSize).SequenceEqual(Magic))
        {
            throw Invalid("got unexpected magic number for catalog", 0);
        }
    }

    public static ReadOnlySpan<byte> Magic => [0x91, 0xFD, 0x60, 0xF9, 0xC4, 0x67, 0x58, 0xD5];

    /// <summary>The offset after the last table in bytes.</summary>
    public long End => _source.Length - PointerSize;

    public long ReadRootStart()
    {
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(Look(End, PointerSize, _source.Length));
        return start >= MagicSize && start < (ulong)End
            ? (long)start
            : throw Invalid($"root directory at {start} lies outside of the catalog", End);
    }

    /// <summary>Reads the start of the table at an offset.</summary>
    public CatalogTable Open(long start)
    {
        if (start < MagicSize || start >= End)
        {
            throw Invalid($"directory at {start} lies outside of the catalog", start);
        }

        ReadOnlySpan<byte> bytes = Look(start, 2 * VarInt.MaxUnsigned, End);
        int available = bytes.Length;
        if (!VarInt.TryRead(ref bytes, out ulong length)) throw Invalid("directory size is no number", start);
        if (length < 1) throw Invalid($"got small directory size {length}", start);
        long body = start + available - bytes.Length;
        if (length > (ulong)(End - body))
        {
            throw Invalid($"directory of {length} bytes reaches beyond the catalog", start);
        }

        long end = body + (long)length;
        bytes = bytes[..(int)Math.Min((ulong)bytes.Length, length)];
        available = bytes.Length;
        if (!VarInt.TryRead(ref bytes, out ulong count))
        {
            throw Invalid("number of directory entries is no number", body);
        }

        var table = new CatalogTable
        {
            Start = start,
            End = end,
            Position = body + available - bytes.Length,
            Remaining = count,
        };
        CheckEnd(table);
        return table;
    }

    /// <summary>
    /// Reads the next entry that has a name. Returns false if there is none. Some clients write an entry without a name
    /// for an item that they could not read. After a failure that concerns only one entry, the table is at the next
    /// entry.
    /// </summary>
    public bool TryRead(ref CatalogTable table, out CatalogEntryView entry)
    {
        while (TryReadAny(ref table, out entry))
        {
            if (!entry.Name.IsEmpty)
            {
                if (entry.Type == CatalogEntryType.Directory) CheckDistance(table, entry.Distance);
                return true;
            }

            table.Nameless++;
        }

        return false;
    }

    private bool TryReadAny(ref CatalogTable table, out CatalogEntryView entry)
    {
        entry = default;
        if (table.Remaining == 0)
        {
            CheckEnd(table);
            return false;
        }

        ReadOnlySpan<byte> bytes = Look(table.Position, LongestEntry, table.End);
        int available = bytes.Length;
        if (bytes.IsEmpty) throw Truncated(table.Position);
        if (!IsType(bytes[0])) throw Invalid($"invalid CatalogEntryType value '{(char)bytes[0]}'", table.Position);
        entry.Type = (CatalogEntryType)bytes[0];
        bytes = bytes[1..];
        if (!VarInt.TryRead(ref bytes, out ulong nameLength)) throw Truncated(table.Position);
        if (nameLength >= NameLimit)
        {
            throw Invalid($"directory entry name too long ({nameLength} >= {NameLimit})", table.Position);
        }

        if (nameLength > (ulong)bytes.Length) throw Truncated(table.Position);
        entry.Name = bytes[..(int)nameLength];
        bytes = bytes[(int)nameLength..];
        ReadAttributes(table, entry.Type, ref bytes, out entry.Size, out entry.ModificationTime, out entry.Distance);
        entry.ChildStart = entry.Type == CatalogEntryType.Directory
            ? unchecked(table.Start - (long)entry.Distance)
            : -1;
        table.Position += available - bytes.Length;
        table.Remaining--;
        return true;
    }

    private static void ReadAttributes(
        in CatalogTable table,
        CatalogEntryType type,
        ref ReadOnlySpan<byte> bytes,
        out ulong size,
        out long modificationTime,
        out ulong distance)
    {
        (size, modificationTime, distance) = (0, 0, 0);
        bool isWhole = type switch
        {
            CatalogEntryType.File =>
                VarInt.TryRead(ref bytes, out size) && VarInt.TryReadSigned(ref bytes, out modificationTime),
            CatalogEntryType.Directory => VarInt.TryRead(ref bytes, out distance),
            _ => true,
        };
        if (!isWhole) throw Truncated(table.Position);
    }

    /// <summary>Checks that a child is before its parent. Therefore, no path down can return to a table.</summary>
    private static void CheckDistance(in CatalogTable table, ulong distance)
    {
        if (distance != 0 && distance <= (ulong)(table.Start - MagicSize)) return;
        throw Invalid($"got wrong directory offset {distance} in the directory at {table.Start}", table.Position);
    }

    private static bool IsType(byte value) => "dflhbcps"u8.Contains(value);

    private static void CheckEnd(in CatalogTable table)
    {
        if (table.Remaining == 0 && table.Position != table.End)
        {
            throw Invalid("unable to parse whole catalog data block", table.Position);
        }
    }

    /// <summary>
    /// Returns bytes from an offset: the wanted number, or fewer if <paramref name="end"/> comes first.
    /// </summary>
    private ReadOnlySpan<byte> Look(long offset, int wanted, long end)
    {
        int length = (int)Math.Min(wanted, end - offset);
        if (offset < _windowStart || offset + length > _windowStart + _windowLength)
        {
            int filled = (int)Math.Min(WindowSize, _source.Length - offset);
            try
            {
                Fill(offset, filled);
            }
            catch (PbsException) when (filled > length)
            {
                // The unreadable part may be after the wanted bytes.
                Fill(offset, length);
            }
        }

        return _window.AsSpan((int)(offset - _windowStart), length);
    }

    private void Fill(long offset, int length)
    {
        _windowLength = 0;
        _source.Read(offset, _window.AsSpan(0, length));
        (_windowStart, _windowLength) = (offset, length);
    }

    private static PbsFormatException Truncated(long offset) =>
        Invalid("catalog entry reaches beyond its directory", offset);

    private static PbsFormatException Invalid(string reason, long offset) =>
        new(PbsErrorId.CatalogInvalid, reason, offset);
}
