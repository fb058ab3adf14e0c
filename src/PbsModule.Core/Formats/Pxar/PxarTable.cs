using System.Buffers;
using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>A child as the table of its directory knows it.</summary>
/// <param name="Position">Offset of its file name.</param>
/// <param name="Hash">Of its name.</param>
/// <param name="End">Where it ends; only of directories is that true in a split archive.</param>
internal readonly record struct PxarRecord(long Position, ulong Hash, long End);

/// <summary>
/// The children of a directory in the order in which they lie in the archive, which is that of their names. No two
/// share a place and all lie in their directory, so however the tables of an archive are made, walking them ends.
/// </summary>
internal sealed class PxarTable
{
    /// <summary>
    /// More entries in one directory are refused; a client backs up a sixteenth of that at most unless told otherwise.
    /// </summary>
    private const int MostChildren = 16 << 20;

    private const int RecordsAtOnce = 1024;

    private readonly PxarRecord[] _children;
    private readonly long _goodbye;

    private PxarTable(PxarRecord[] children, int leftOut, long goodbye)
    {
        _children = children;
        LeftOut = leftOut;
        _goodbye = goodbye;
    }

    /// <summary>Records without a byte behind them: the client met an entry and could not read it.</summary>
    public int LeftOut { get; }

    public int Count => _children.Length;

    public PxarRecord this[int index] => _children[index];

    /// <summary>Where a child has to end at the latest: where the next one begins.</summary>
    public long LimitOf(int index) => index + 1 < _children.Length ? _children[index + 1].Position : _goodbye;

    /// <summary>Reads the table at the end of a directory.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="directory">The directory; its end is known.</param>
    /// <param name="isRoot">Of a split archive the root counts from the very start.</param>
    /// <exception cref="PbsFormatException">There is no table, or it leads somewhere else.</exception>
    public static PxarTable Read(IByteSource source, PxarEntry directory, bool isRoot)
    {
        long end = directory.End;
        if (end - directory.Body < PxarSize.Header + PxarSize.Record)
        {
            throw PxarItem.Invalid("no goodbye tail marker found", end);
        }

        Span<byte> tail = stackalloc byte[PxarSize.Record];
        source.Read(end - PxarSize.Record, tail);
        if (BinaryPrimitives.ReadUInt64LittleEndian(tail) != PxarSize.TailMarker)
        {
            throw PxarItem.Invalid("no goodbye tail marker found", end - PxarSize.Record);
        }

        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]), size =
            BinaryPrimitives.ReadUInt64LittleEndian(tail[16..]);
        if (size > (ulong)(end - directory.Body))
        {
            throw PxarItem.Invalid("goodbye tail size out of range", end - PxarSize.Record);
        }

        long goodbye = end - (long)size;
        if (offset != (ulong)(goodbye - directory.Start) && !(isRoot && offset == (ulong)goodbye))
        {
            throw PxarItem.Invalid("goodbye offset out of range", end - PxarSize.Record);
        }

        PxarItem item = PxarItem.Read(source, goodbye, end);
        if (item.Type != PxarType.Goodbye) throw item.Unexpected("in the place of a goodbye table");
        if (item.End != end || item.Size % PxarSize.Record != 0 || item.Size == 0)
        {
            throw PxarItem.Invalid($"invalid goodbye table size: {item.Size}", goodbye);
        }

        PxarRecord[] children = ReadRecords(source, directory, item, out int leftOut);
        return new PxarTable(children, leftOut, goodbye);
    }

    /// <summary>The first child of that hash from an index on; -1 if there is none.</summary>
    public int Find(ulong hash, int from)
    {
        for (int i = from; i < _children.Length; i++)
        {
            if (_children[i].Hash == hash) return i;
        }

        return -1;
    }

    private static PxarRecord[] ReadRecords(IByteSource source, PxarEntry directory, in PxarItem item, out int leftOut)
    {
        long count = (item.Size / PxarSize.Record) - 1;
        if (count > MostChildren)
        {
            throw PxarItem.Invalid($"a directory has more than {MostChildren} entries", item.Start);
        }

        List<PxarRecord> records = new((int)Math.Min(count, RecordsAtOnce));
        leftOut = 0;
        byte[] piece = ArrayPool<byte>.Shared.Rent(RecordsAtOnce * PxarSize.Record);
        try
        {
            for (long read = 0; read < count; read += RecordsAtOnce)
            {
                int length = (int)Math.Min(count - read, RecordsAtOnce) * PxarSize.Record;
                source.Read(item.Content + (read * PxarSize.Record), piece.AsSpan(0, length));
                for (int at = 0; at < length; at += PxarSize.Record)
                {
                    if (IsLeftOut(piece.AsSpan(at))) leftOut++;
                    else records.Add(Parse(piece.AsSpan(at, PxarSize.Record), directory, item));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        PxarRecord[] sorted = [.. records];
        Array.Sort(sorted, static (a, b) => a.Position.CompareTo(b.Position));
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Position == sorted[i - 1].Position)
            {
                throw PxarItem.Invalid("an entry comes twice in a goodbye table", item.Start);
            }
        }

        return sorted;
    }

    private static bool IsLeftOut(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt64LittleEndian(record[16..]) == 0;

    private static PxarRecord Parse(ReadOnlySpan<byte> bytes, PxarEntry directory, in PxarItem item)
    {
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), size =
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (offset == 0 || offset > (ulong)(item.Start - directory.Body))
        {
            throw PxarItem.Invalid($"goodbye table leads out of its directory ({offset} back)", item.Start);
        }

        long position = item.Start - (long)offset;
        return new PxarRecord(position, BinaryPrimitives.ReadUInt64LittleEndian(bytes), size <= offset
            ? position + (long)size
            : -1);
    }
}
