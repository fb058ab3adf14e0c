using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Reads file archives (<c>pxar</c>) from any source and reads only the parts that are requested: directories are read
/// through the tables at their ends. Supports version 1 in one file and version 2 with its content in a second file.
/// Not thread-safe. Source: pxar <c>accessor</c>.
/// </summary>
public sealed partial class PxarReader
{
    private const int SplitVersion = 2;

    /// <summary>The largest number of entries of a table that is kept. Each entry takes 24 bytes.</summary>
    private const int MostHeld = 1 << 20;

    /// <summary>
    /// The number of bytes at the start of an archive that the metadata of the root may occupy. An entry in this part
    /// is used only after that metadata has been read, which shows where the entries begin. The first chunk of a
    /// client's archive is not shorter, so reading the metadata needs no other chunk.
    /// </summary>
    private const int LongestHead = 1 << 20;

    private readonly IByteSource _archive;
    private Head? _head;

    // A caller that looks up one name in a directory often looks up the next one there too.
    private (long Start, long End, PxarTable Table)? _last;

    /// <param name="archive">The archive. For a split archive, the half that contains the metadata.</param>
    /// <param name="payload">
    /// The half of a split archive that contains the content. Without it, content cannot be read.
    /// </param>
    /// <exception cref="PbsFormatException">The source is not an archive.</exception>
    public PxarReader(IByteSource archive, IByteSource? payload = null)
        : this(archive, payload, readNow: true)
    {
    }

    private PxarReader(IByteSource archive, IByteSource? payload, bool readNow)
    {
        ArgumentNullException.ThrowIfNull(archive);
        _archive = archive;
        Payload = payload;
        if (readNow) _head = FindHead();
    }

    /// <summary>The format version: 1, or 2 for a split archive.</summary>
    /// <exception cref="PbsFormatException">
    /// The source is not an archive. Only for a reader from <see cref="ForLookUp"/>. All members that need the start of
    /// the archive can throw this exception.
    /// </exception>
    public int Version => TheHead.Version;

    /// <summary>The source of the content, or null if it cannot be read.</summary>
    public IByteSource? Payload { get; }

    /// <summary>The top directory. It has no name.</summary>
    public PxarEntry Root => TheHead.Root;

    /// <summary>The reason why nothing but the content of the root is known, or null if the root was read.</summary>
    public PbsException? HeadError => TheHead.Error;

    /// <summary>
    /// The data that the client wrote before the root: its exclude patterns, as bytes. Empty if there is none.
    /// </summary>
    /// <exception cref="PbsFormatException">The data is larger than any list of patterns.</exception>
    public ReadOnlyMemory<byte> Prelude =>
        TheHead.Prelude is { } item ? item.ReadUpTo(_archive, PxarSize.AllAttributes) : default;

    private Head TheHead => _head ??= FindHead();

    /// <summary>
    /// Creates a reader for looking up single entries. The start of the archive is read only when it is needed.
    /// </summary>
    /// <param name="archive">See the constructor.</param>
    /// <param name="payload">See the constructor.</param>
    public static PxarReader ForLookUp(IByteSource archive, IByteSource? payload = null) =>
        new(archive, payload, readNow: false);

    /// <summary>Lists the entries of a directory in archive order, which is the order of their names.</summary>
    /// <exception cref="PbsFormatException">The entry is not a directory, or the directory is damaged.</exception>
    public IEnumerable<PxarEntry> List(PxarEntry directory)
    {
        foreach (PxarChild child in Children(directory))
        {
            if (child.Error is not null) throw child.Error;
            if (child.Entry is not null) yield return child.Entry;
        }
    }

    /// <summary>
    /// Lists the entries as <see cref="List"/> does, for archives that are damaged or have damaged chunks. An error
    /// takes the place of the entry that cannot be read, and the listing continues as far as the tables permit, or
    /// without a table as far as the entries can be read in order.
    /// </summary>
    /// <exception cref="PbsFormatException">The entry is not a directory.</exception>
    public IEnumerable<PxarChild> Children(PxarEntry directory)
    {
        RequireDirectory(directory);
        if (directory.IsUnread) yield return new PxarChild(null, HeadError, directory.Start);
        PxarTable? table = TryOpen(directory, out PbsException? error);
        if (table is null)
        {
            if (error is not null) yield return new PxarChild(null, error, directory.End - PxarSize.Record);
            foreach (PxarChild child in new PxarScan(_archive, directory).Children()) yield return child;
            yield break;
        }

        if (table.LeftOut > 0)
        {
            yield return new PxarChild(null, null, directory.End - PxarSize.Record) { LeftOut = table.LeftOut };
        }

        for (int i = 0; i < table.Count; i++) yield return Child(table, i);
    }

    /// <summary>
    /// Returns the first entry with a name, or null if there is none. Reads only the table and the entry.
    /// </summary>
    /// <exception cref="PbsFormatException">The entry is not a directory, or the directory is damaged.</exception>
    public PxarEntry? Find(PxarEntry directory, ReadOnlySpan<byte> name)
    {
        RequireDirectory(directory);
        if (TryOpen(directory, out _) is not { } table) return Scan(directory, name.ToArray());
        ulong hash = SipHash.Of(name);
        for (int at = table.Find(hash, 0); at >= 0; at = table.Find(hash, at + 1))
        {
            PxarEntry entry = Read(table, at);
            if (entry.Name.Span.SequenceEqual(name)) return entry;
        }

        return null;
    }

    /// <summary>
    /// Finds an entry of the root as <see cref="Find"/> does. If the root's table at the end of the archive leads to
    /// the entry, the start of the archive is not read.
    /// </summary>
    /// <exception cref="PbsFormatException">The source is not an archive, or is damaged.</exception>
    public PxarEntry? FindInRoot(ReadOnlySpan<byte> name) =>
        (_head is null ? TryFindByTable(name) : null) ?? Find(Root, name);

    /// <summary>Returns the target of a hard link.</summary>
    /// <exception cref="PbsFormatException">
    /// The link is not valid: <c>invalid offset in hardlink</c>, or <c>hardlink does not point to a regular file</c>.
    /// </exception>
    public PxarEntry FollowHardLink(PxarEntry link)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (link.Type != CatalogEntryType.HardLink) throw new ArgumentException("not a hard link", nameof(link));
        if (link.LinkDistance == 0 || link.LinkDistance > (ulong)(link.Position - Root.Body))
        {
            throw PxarItem.Invalid("invalid offset in hardlink", link.Position);
        }

        PxarEntry target = PxarNodeReader.ReadChild(_archive, link.Position - (long)link.LinkDistance, link.Position);
        ReadOnlySpan<byte> path = link.LinkTarget.Span;
        if (!path[(path.LastIndexOf((byte)'/') + 1)..].SequenceEqual(target.Name.Span))
        {
            throw PxarItem.Invalid("hardlink leads to another name than its path", link.Position);
        }

        return target.Type == CatalogEntryType.File
            ? target
            : throw PxarItem.Invalid("hardlink does not point to a regular file", link.Position);
    }

    /// <summary>
    /// Returns the source that contains the content of a file. See <see cref="ContentOf"/> for the offset.
    /// </summary>
    public IByteSource SourceOf(PxarEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.IsReference
            ? Payload ?? throw PxarItem.Invalid("the archive that holds the content is missing", file.Start)
            : _archive;
    }

    /// <summary>Returns the offset of a file's content in its source.</summary>
    /// <exception cref="PbsFormatException">The content is missing or does not match the entry.</exception>
    public long ContentOf(PxarEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Type != CatalogEntryType.File) throw new ArgumentException("not a file", nameof(file));
        if (!file.IsReference) return file.ContentHeader + PxarSize.Header;
        if (Payload is null) throw PxarItem.Invalid("the archive that holds the content is missing", file.Start);
        if (file.ContentHeader > Payload.Length - PxarSize.Header
            || file.Size > Payload.Length - PxarSize.Header - file.ContentHeader)
        {
            throw PxarItem.Invalid(
                $"out of range access for payload ({file.Size} bytes at {file.ContentHeader})",
                file.Start);
        }

        Span<byte> header = stackalloc byte[PxarSize.Header];
        Payload.Read(file.ContentHeader, header);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != (ulong)PxarType.Payload)
        {
            throw PxarItem.Invalid("unexpected header in the place of a payload", file.ContentHeader);
        }

        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[sizeof(ulong)..]);
        if (size != (ulong)file.Size + PxarSize.Header)
        {
            throw PxarItem.Invalid(
                $"encountered size mismatch of payload ({size - PxarSize.Header} instead of {file.Size})",
                file.ContentHeader);
        }

        return file.ContentHeader + PxarSize.Header;
    }

    /// <summary>Whether the content is in <see cref="Payload"/> and not in the archive itself.</summary>
    internal static bool IsInPayload(PxarEntry file) => file.IsReference;

    /// <summary>
    /// Returns an entry of the root, or null if it cannot be found with certainty without the root's metadata.
    /// </summary>
    private PxarEntry? TryFindByTable(ReadOnlySpan<byte> name)
    {
        try
        {
            // This table is not kept, because a table read with the root's metadata can be checked more strictly.
            PxarTable table = PxarTable.Read(_archive, UnreadRoot(), isRoot: true);
            ulong hash = SipHash.Of(name);
            for (int at = table.Find(hash, 0); at >= 0; at = table.Find(hash, at + 1))
            {
                if (table[at].Position < LongestHead) return null;
                PxarEntry entry = Read(table, at);
                if (entry.Name.Span.SequenceEqual(name)) return entry;
            }
        }
        catch (PbsException)
        {
            // Reading from the start of the archive reports the error and finds the parts that can be read without the
            // table.
        }

        return null;
    }

    private Head FindHead()
    {
        try
        {
            return ReadHead();
        }
        catch (PbsException e) when (e.ErrorId is not (PbsErrorId.ArchiveInvalid or PbsErrorId.ArchiveNameRefused))
        {
            // The bytes at the start cannot be read. The table at the end leads to all entries that are not in the same
            // unreadable part.
            PxarEntry root = UnreadRoot();
            if (TryOpen(root, out _) is null) throw;
            return new Head(Payload is null ? 1 : SplitVersion, null, root, e);
        }
    }

    private PxarEntry UnreadRoot() =>
        new()
        {
            Name = default,
            Type = CatalogEntryType.Directory,
            IsUnread = true,
            Body = PxarSize.Header + PxarSize.EntryV1,
            Limit = _archive.Length,
            End = _archive.Length,
        };

    private Head ReadHead()
    {
        int version = 1;
        PxarItem? prelude = null;
        long start = 0;
        PxarItem item = PxarItem.Read(_archive, 0, _archive.Length);
        if (item.Type == PxarType.FormatVersion)
        {
            version = ReadVersion(item);
            item = PxarItem.Read(_archive, item.End, _archive.Length);
            if (item.Type == PxarType.Prelude)
            {
                prelude = item;
                item = PxarItem.Read(_archive, item.End, _archive.Length);
            }

            start = item.Start;
        }

        PxarEntry root = PxarNodeReader.ReadNode(_archive, [], 0, start, _archive.Length);
        if (!root.IsDirectory) throw PxarItem.Invalid("the root of an archive is a directory", start);
        root.End = _archive.Length;
        return new Head(version, prelude, root, null);
    }

    private PxarTable? TryOpen(PxarEntry directory, out PbsException? error)
    {
        error = null;
        if (directory.End < 0) return null;
        if (_last is { } last && last.Start == directory.Start && last.End == directory.End) return last.Table;
        try
        {
            _last = null;
            PxarTable table = PxarTable.Read(_archive, directory, isRoot: directory.Name.IsEmpty);
            if (table.Count <= MostHeld) _last = (directory.Start, directory.End, table);
            return table;
        }
        catch (PbsException e)
        {
            error = e;
            return null;
        }
    }

    private PxarChild Child(PxarTable table, int index)
    {
        try
        {
            return new PxarChild(Read(table, index), null, table[index].Position);
        }
        catch (PbsException e)
        {
            return new PxarChild(null, e, table[index].Position);
        }
    }

    private PxarEntry Read(PxarTable table, int index)
    {
        PxarRecord record = table[index];
        long limit = table.LimitOf(index);
        PxarEntry entry = PxarNodeReader.ReadChild(_archive, record.Position, limit);
        if (!entry.IsDirectory) return entry;

        // If the record cannot be right, the directory is read without its table.
        if (record.End > entry.Body && record.End <= limit) entry.End = record.End;
        return entry;
    }

    private PxarEntry? Scan(PxarEntry directory, byte[] name)
    {
        foreach (PxarChild child in new PxarScan(_archive, directory).Children())
        {
            if (child.Entry is null) throw child.Error!;
            if (child.Entry.Name.Span.SequenceEqual(name)) return child.Entry;
        }

        return null;
    }

    private int ReadVersion(in PxarItem item)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        item.ReadExactly(_archive, bytes);
        ulong version = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return version is 1 or SplitVersion
            ? (int)version
            : throw PxarItem.Invalid($"unknown format version {version}", item.Start);
    }

    private static void RequireDirectory(PxarEntry directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (!directory.IsDirectory) throw PxarItem.Invalid($"'{directory}' is not a directory", directory.Start);
    }

    /// <summary>The start of an archive, or the error that prevented reading it.</summary>
    private sealed record Head(int Version, PxarItem? Prelude, PxarEntry Root, PbsException? Error);
}

/// <summary>
/// A child of a directory, or the error that prevented reading it, or the number of entries that the client omitted.
/// </summary>
/// <param name="Entry">The child, or null.</param>
/// <param name="Error">The error, if there is no entry.</param>
/// <param name="Position">The offset in the archive in bytes.</param>
public readonly record struct PxarChild(PxarEntry? Entry, PbsException? Error, long Position)
{
    /// <summary>
    /// The number of entries that the client found in the directory and could not read. The archive contains nothing
    /// else about them.
    /// </summary>
    public int LeftOut { get; init; }
}
