using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Reads archives of files (<c>pxar</c>) wherever their bytes lie, and fetches only what is asked for: directories are
/// entered through the tables at their ends. Version 1 in one piece, version 2 with the content in another. For one
/// thread. Source: pxar <c>accessor</c>.
/// </summary>
public sealed partial class PxarReader
{
    private const int SplitVersion = 2;

    /// <summary>Larger tables are not held: 24 bytes an entry.</summary>
    private const int MostHeld = 1 << 20;

    /// <summary>
    /// Nearer to the front the root's own head may reach, and only that tells whether something lies behind it. A
    /// client's first chunk is no shorter, so that reading it costs nothing there.
    /// </summary>
    private const int LongestHead = 1 << 20;

    private readonly IByteSource _archive;
    private Head? _head;

    // Who has looked up one name in a directory often looks up the next one there.
    private (long Start, long End, PxarTable Table)? _last;

    /// <param name="archive">The archive; of a split one the half that holds the metadata.</param>
    /// <param name="payload">The other half of a split one; without it content cannot be read.</param>
    /// <exception cref="PbsFormatException">No archive.</exception>
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

    /// <summary>1, or 2 for a split archive.</summary>
    /// <exception cref="PbsFormatException">Of one made by <see cref="ForLookUp"/>: no archive. So does all that is
    /// about the front.</exception>
    public int Version => TheHead.Version;

    /// <summary>Where content lies; null where there is none to be read.</summary>
    public IByteSource? Payload { get; }

    /// <summary>The top directory; it has no name.</summary>
    public PxarEntry Root => TheHead.Root;

    /// <summary>Why nothing is known about the root but what is in it; null where all is well.</summary>
    public PbsException? HeadError => TheHead.Error;

    /// <summary>
    /// What the client wrote in front of the root: the patterns it excluded by. Bytes; empty where there is nothing.
    /// </summary>
    /// <exception cref="PbsFormatException">It is larger than any list of patterns.</exception>
    public ReadOnlyMemory<byte> Prelude =>
        TheHead.Prelude is { } item ? item.ReadUpTo(_archive, PxarSize.AllAttributes) : default;

    private Head TheHead => _head ??= FindHead();

    /// <summary>For who looks up single entries: the front of the archive is read only when it is needed.</summary>
    /// <param name="archive">As for the constructor.</param>
    /// <param name="payload">As for the constructor.</param>
    public static PxarReader ForLookUp(IByteSource archive, IByteSource? payload = null) =>
        new(archive, payload, readNow: false);

    /// <summary>The entries of a directory in the order of the archive, which is that of their names.</summary>
    /// <exception cref="PbsFormatException">Not a directory, or damaged.</exception>
    public IEnumerable<PxarEntry> List(PxarEntry directory)
    {
        foreach (PxarChild child in Children(directory))
        {
            if (child.Error is not null) throw child.Error;
            if (child.Entry is not null) yield return child.Entry;
        }
    }

    /// <summary>
    /// As <see cref="List"/>, for archives that are damaged, or whose chunks are: what is wrong comes in its place, and
    /// the rest goes on as far as the tables, or what is left without them, lead.
    /// </summary>
    /// <exception cref="PbsFormatException">Not a directory.</exception>
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

    /// <summary>The first entry of that name; null if there is none. Reads the table, and the entry.</summary>
    /// <exception cref="PbsFormatException">Not a directory, or damaged.</exception>
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
    /// As <see cref="Find"/> in the root. Where its table, at the end of the archive, leads to the entry, the front of
    /// the archive is not read.
    /// </summary>
    /// <exception cref="PbsFormatException">No archive, or damaged.</exception>
    public PxarEntry? FindInRoot(ReadOnlySpan<byte> name) =>
        (_head is null ? TryFindByTable(name) : null) ?? Find(Root, name);

    /// <summary>What a hard link is one with.</summary>
    /// <exception cref="PbsFormatException"><c>invalid offset in hardlink</c>, <c>hardlink does not point to a regular
    /// file</c>.</exception>
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

    /// <summary>What the content of a file lies in, from <see cref="ContentOf"/> on.</summary>
    public IByteSource SourceOf(PxarEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.IsReference
            ? Payload ?? throw PxarItem.Invalid("the archive that holds the content is missing", file.Start)
            : _archive;
    }

    /// <summary>Where the content of a file begins in its source.</summary>
    /// <exception cref="PbsFormatException">It is not there, or not what the entry says.</exception>
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

    /// <summary>Whether the content lies in <see cref="Payload"/>, not in the archive itself.</summary>
    internal static bool IsInPayload(PxarEntry file) => file.IsReference;

    /// <summary>The entry of the root; null where that is not certain without its head.</summary>
    private PxarEntry? TryFindByTable(ReadOnlySpan<byte> name)
    {
        try
        {
            // Not held: with the head there is more to be asked of it.
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
            // Whoever begins at the front finds what is wrong, and what can be had without the table.
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
            // Its bytes are not to be had. The table at the other end leads to all that does not lie beside them.
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

        // Where the record cannot be right, the directory is gone through without its table.
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

    /// <summary>What an archive begins with, or why that is not known.</summary>
    private sealed record Head(int Version, PxarItem? Prelude, PxarEntry Root, PbsException? Error);
}

/// <summary>A child of a directory, or why it cannot be had; or how many the client left out.</summary>
/// <param name="Entry">The child.</param>
/// <param name="Error">What is wrong, where there is no entry.</param>
/// <param name="Position">Where in the archive.</param>
public readonly record struct PxarChild(PxarEntry? Entry, PbsException? Error, long Position)
{
    /// <summary>
    /// Entries of the directory that the client met and could not read: nothing of them is in the archive but that they
    /// were there.
    /// </summary>
    public int LeftOut { get; init; }
}
