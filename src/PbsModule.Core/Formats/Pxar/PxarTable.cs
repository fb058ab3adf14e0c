using System.Buffers;
using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>A child as recorded in the table of its directory.</summary>
/// <param name="Position">The offset of the child's file name.</param>
/// <param name="Hash">The hash of the name.</param>
/// <param name="End">
/// The offset after the child, or -1 if the record is not valid. In a split archive, it is right only for directories.
/// </param>
internal readonly record struct PxarRecord(long Position, ulong Hash, long End);

/// <summary>
/// The children of a directory in archive order, which is the order of their names. All children have different
/// positions within their directory. Therefore, walking the tables of any archive ends.
/// </summary>
internal sealed class PxarTable
{
    /// <summary>
    /// The largest number of entries in a directory. Directories with more are refused. By default, a client backs up
    /// at most a sixteenth of this number.
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

    /// <summary>
    /// The number of records without content: the client found these entries and could not read them.
    /// </summary>
    public int LeftOut { get; }

    public int Count => _children.Length;

    public PxarRecord this[int index] => _children[index];

    /// <summary>
    /// Returns the largest offset at which a child may end: the start of the next child or of the table.
    /// </summary>
    public long LimitOf(int index) => index + 1 < _children.Length ? _children[index + 1].Position : _goodbye;

    /// <summary>Reads the table at the end of a directory.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="directory">The directory. Its end must be known.</param>
    /// <param name="isRoot">
    /// Whether the directory is the root. In a split archive, the table of the root may count from the start of the
    /// archive.
    /// </param>
    /// <exception cref="PbsFormatException">There is no table, or it leads out of the directory.</exception>
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

    /// <summary>
    /// Returns the index of the first child with a hash, starting at an index, or -1 if there is none.
    /// </summary>
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
