using System.Buffers;
using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Writes a catalog as PBS does: the table of each directory when the directory ends, and the root's table last. The
/// directories directly below the root are archives and have the archives' names. Not thread-safe.
/// </summary>
public sealed class CatalogWriter
{
    private sealed class Level(byte[] name)
    {
        public byte[] Name { get; } = name;

        public ArrayBufferWriter<byte> Entries { get; } = new();

        public ulong Count { get; set; }

        /// <summary>
        /// For each subdirectory, the position of its distance in the entries and the offset of its table. The distance
        /// is known only when this directory ends.
        /// </summary>
        public List<(int At, long Start)> Children { get; } = [];
    }

    private readonly Stream _output;
    private readonly Stack<Level> _levels = [];
    private long _position;

    /// <param name="output">Receives the bytes in order. It is not closed.</param>
    public CatalogWriter(Stream output)
    {
        _output = output;
        Write(CatalogTables.Magic);
        _levels.Push(new Level([]));
    }

    /// <summary>Starts a directory. Entries added from now on belong to it.</summary>
    /// <exception cref="PbsArgumentException">The name is not a file name, or has 4096 bytes or more.</exception>
    public void StartDirectory(ReadOnlySpan<byte> name)
    {
        CheckName(name);
        _levels.Push(new Level(name.ToArray()));
    }

    public void EndDirectory()
    {
        if (_levels.Count < 2) throw new InvalidOperationException("no directory is open");
        byte[] name = _levels.Peek().Name;
        long start = WriteTable(_levels.Pop());
        Level parent = _levels.Peek();
        AddHead(parent, CatalogEntryType.Directory, name);
        parent.Children.Add((parent.Entries.WrittenCount, start));
    }

    /// <param name="name">The name as bytes, without '/' and NUL.</param>
    /// <param name="size">The size in bytes.</param>
    /// <param name="modificationTime">The modification time in Unix seconds.</param>
    /// <exception cref="PbsArgumentException">The name is not a file name, or has 4096 bytes or more.</exception>
    public void AddFile(ReadOnlySpan<byte> name, ulong size, long modificationTime)
    {
        Level level = _levels.Peek();
        AddHead(level, CatalogEntryType.File, name);
        level.Entries.Advance(VarInt.Write(level.Entries.GetSpan(VarInt.MaxUnsigned), size));
        level.Entries.Advance(VarInt.WriteSigned(level.Entries.GetSpan(VarInt.MaxSigned), modificationTime));
    }

    /// <summary>Adds an entry that is neither a directory nor a file.</summary>
    /// <exception cref="PbsArgumentException">The name is not a file name, or has 4096 bytes or more.</exception>
    public void Add(CatalogEntryType type, ReadOnlySpan<byte> name)
    {
        if (type is CatalogEntryType.Directory or CatalogEntryType.File || !Enum.IsDefined(type))
        {
            throw new ArgumentOutOfRangeException(nameof(type));
        }

        AddHead(_levels.Peek(), type, name);
    }

    /// <summary>Writes the root's table and the pointer to it.</summary>
    public void Finish()
    {
        if (_levels.Count != 1) throw new InvalidOperationException("a directory is still open");
        Span<byte> pointer = stackalloc byte[CatalogTables.PointerSize];
        BinaryPrimitives.WriteInt64LittleEndian(pointer, WriteTable(_levels.Pop()));
        Write(pointer);
    }

    private static void AddHead(Level level, CatalogEntryType type, ReadOnlySpan<byte> name)
    {
        CheckName(name);
        level.Count++;
        level.Entries.Write([(byte)type]);
        level.Entries.Advance(VarInt.Write(level.Entries.GetSpan(VarInt.MaxUnsigned), (ulong)name.Length));
        level.Entries.Write(name);
    }

    private long WriteTable(Level level)
    {
        long start = _position;
        ReadOnlySpan<byte> entries = level.Entries.WrittenSpan;
        var body = new ArrayBufferWriter<byte>(entries.Length + VarInt.MaxUnsigned * (1 + level.Children.Count));
        AddNumber(body, level.Count);
        int copied = 0;
        foreach ((int at, long child) in level.Children)
        {
            body.Write(entries[copied..at]);
            AddNumber(body, (ulong)(start - child));
            copied = at;
        }

        body.Write(entries[copied..]);
        Span<byte> length = stackalloc byte[VarInt.MaxUnsigned];
        Write(length[..VarInt.Write(length, (ulong)body.WrittenCount)]);
        Write(body.WrittenSpan);
        return start;
    }

    private static void AddNumber(ArrayBufferWriter<byte> output, ulong value) =>
        output.Advance(VarInt.Write(output.GetSpan(VarInt.MaxUnsigned), value));

    private static void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length >= CatalogTables.NameLimit || name.ContainsAny((byte)'/', (byte)0))
        {
            throw new PbsArgumentException(
                PbsErrorId.CatalogInvalid,
                $"not a name for a catalog entry: '{System.Text.Encoding.UTF8.GetString(name)}'");
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _position += bytes.Length;
    }
}
