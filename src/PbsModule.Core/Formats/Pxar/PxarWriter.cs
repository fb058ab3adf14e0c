using System.Buffers.Binary;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Writes archives as PBS's client does, split or unsplit: entries in the order in which they are added, and each
/// directory followed by its content and its table. Used for samples, benchmarks and tests.
/// </summary>
public sealed class PxarWriter
{
    private const ulong SplitVersion = 2;

    private readonly PxarOutput _archive;
    private readonly PxarOutput? _payload;
    private readonly Stack<OpenDirectory> _open = [];

    /// <param name="archive">Receives the archive. For a split archive, the metadata.</param>
    /// <param name="payload">Receives the content of a split archive, or null.</param>
    /// <param name="prelude">The data before the root of a split archive, or null.</param>
    public PxarWriter(Stream archive, Stream? payload = null, byte[]? prelude = null)
    {
        _archive = new PxarOutput(archive);
        if (payload is null) return;
        _payload = new PxarOutput(payload);
        _payload.Item(PxarType.PayloadStartMarker, []);
        _archive.Item(PxarType.FormatVersion, PxarOutput.Number(SplitVersion));
        if (prelude is not null) _archive.Item(PxarType.Prelude, prelude);
    }

    /// <summary>Starts the archive, or a directory in it.</summary>
    /// <param name="directory">The name and metadata. The first directory is the root, whose name is ignored.</param>
    public void StartDirectory(PxarEntry directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        long position = 0;
        if (_open.Count > 0) position = Name(directory);
        long start = _open.Count > 0 ? _archive.Position : 0;
        Metadata(directory);
        _open.Push(new OpenDirectory(position, start, SipHash.Of(directory.Name.Span)));
    }

    /// <summary>Ends the current directory and writes its table.</summary>
    public void EndDirectory()
    {
        OpenDirectory directory = _open.Pop();
        long goodbye = _archive.Position;
        PxarRecord[] children = [.. directory.Children];
        Array.Sort(children, static (a, b) => a.Hash.CompareTo(b.Hash));
        byte[] table = new byte[(children.Length + 1) * PxarSize.Record];
        int[] order = PxarTree.Order(children.Length);
        for (int i = 0; i < children.Length; i++)
        {
            PxarRecord child = children[order[i]];
            Record(table, i, child.Hash, (ulong)(goodbye - child.Position), (ulong)(child.End - child.Position));
        }

        Record(
            table,
            children.Length,
            PxarSize.TailMarker,
            (ulong)(goodbye - directory.Start),
            (ulong)(table.Length + PxarSize.Header));
        _archive.Item(PxarType.Goodbye, table);
        if (_open.TryPeek(out OpenDirectory? parent))
        {
            parent.Children.Add(new PxarRecord(directory.Position, directory.Hash, _archive.Position));
        }
        else _payload?.Item(PxarType.PayloadTailMarker, []);
    }

    /// <summary>Adds an entry that is neither a directory nor a hard link.</summary>
    /// <param name="entry">The name and metadata.</param>
    /// <param name="content">The content of a file.</param>
    /// <returns>The position of the entry, which a hard link to it needs.</returns>
    public long Add(PxarEntry entry, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(entry);
        long position = Name(entry);
        Metadata(entry);
        long quirk = 0;
        switch (entry.Type)
        {
            case CatalogEntryType.File when _payload is null:
                _archive.Item(PxarType.Payload, content);
                break;
            case CatalogEntryType.File:
                // PBS includes the size of the content in the table although the content is stored in the other half.
                quirk = content.Length;
                _archive.Item(
                    PxarType.PayloadReference,
                    PxarOutput.Numbers((ulong)_payload.Position, (ulong)content.Length));
                _payload.Item(PxarType.Payload, content);
                break;
            case CatalogEntryType.SymbolicLink:
                _archive.Item(PxarType.SymbolicLink, [.. entry.LinkTarget.Span, 0]);
                break;
            case CatalogEntryType.BlockDevice or CatalogEntryType.CharacterDevice:
                _archive.Item(PxarType.Device, PxarOutput.Numbers(entry.DeviceMajor, entry.DeviceMinor));
                break;
        }

        _open.Peek().Children.Add(new PxarRecord(position, SipHash.Of(entry.Name.Span), _archive.Position + quirk));
        return position;
    }

    /// <summary>Adds a hard link, which is another name of a file.</summary>
    /// <param name="name">The name of the link.</param>
    /// <param name="target">The path of the file from the root of the archive.</param>
    /// <param name="targetPosition">The position of the file that <see cref="Add"/> returned.</param>
    public void AddHardLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target, long targetPosition)
    {
        long position = _archive.Position;
        _archive.Item(PxarType.FileName, [.. name, 0]);
        _archive.Item(PxarType.HardLink, [.. PxarOutput.Number((ulong)(position - targetPosition)), .. target, 0]);
        _open.Peek().Children.Add(new PxarRecord(position, SipHash.Of(name), _archive.Position));
    }

    private long Name(PxarEntry entry)
    {
        long position = _archive.Position;
        _archive.Item(PxarType.FileName, [.. entry.Name.Span, 0]);
        return position;
    }

    private void Metadata(PxarEntry entry)
    {
        byte[] stat = new byte[PxarSize.Entry];
        entry.Stat.Write(stat);
        _archive.Item(PxarType.Entry, stat);
        foreach (PxarXattr attribute in entry.ExtendedAttributes)
        {
            _archive.Item(PxarType.ExtendedAttribute, [.. attribute.Name.Span, 0, .. attribute.Value.Span]);
        }

        if (entry.Acl is { } acl) Write(acl);
        if (entry.FileCapabilities is { } capabilities) _archive.Item(PxarType.FileCapabilities, capabilities.Span);
        if (entry.QuotaProjectId is { } project) _archive.Item(PxarType.QuotaProjectId, PxarOutput.Number(project));
    }

    private void Write(PxarAcl acl)
    {
        foreach (PxarAclEntry user in acl.Users)
        {
            _archive.Item(PxarType.AclUser, PxarOutput.Numbers(user.Id, user.Permissions));
        }

        foreach (PxarAclEntry group in acl.Groups)
        {
            _archive.Item(PxarType.AclGroup, PxarOutput.Numbers(group.Id, group.Permissions));
        }

        if (acl.GroupObject is { } permissions) _archive.Item(PxarType.AclGroupObject, PxarOutput.Number(permissions));
        if (acl.Default is { } unnamed)
        {
            _archive.Item(
                PxarType.AclDefault,
                PxarOutput.Numbers(unnamed.Owner, unnamed.Group, unnamed.Other, unnamed.Mask
                    ?? ulong.MaxValue));
        }

        foreach (PxarAclEntry user in acl.DefaultUsers)
        {
            _archive.Item(PxarType.AclDefaultUser, PxarOutput.Numbers(user.Id, user.Permissions));
        }

        foreach (PxarAclEntry group in acl.DefaultGroups)
        {
            _archive.Item(PxarType.AclDefaultGroup, PxarOutput.Numbers(group.Id, group.Permissions));
        }
    }

    private static void Record(byte[] table, int index, ulong hash, ulong offset, ulong size)
    {
        Span<byte> record = table.AsSpan(index * PxarSize.Record);
        BinaryPrimitives.WriteUInt64LittleEndian(record, hash);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], size);
    }

    private sealed record OpenDirectory(long Position, long Start, ulong Hash)
    {
        public List<PxarRecord> Children { get; } = [];
    }
}

/// <summary>Writes consecutive items and counts the bytes written.</summary>
internal sealed class PxarOutput(Stream stream)
{
    public long Position { get; private set; }

    public void Item(PxarType type, ReadOnlySpan<byte> content)
    {
        stream.Write(Numbers((ulong)type, (ulong)(content.Length + PxarSize.Header)));
        stream.Write(content);
        Position += PxarSize.Header + content.Length;
    }

    public static byte[] Number(ulong number) => Numbers(number);

    public static byte[] Numbers(params ReadOnlySpan<ulong> numbers)
    {
        byte[] bytes = new byte[numbers.Length * sizeof(ulong)];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), numbers[i]);
        }

        return bytes;
    }
}

/// <summary>
/// Computes the implicit search tree in which a directory's table is written: the children of the record at i are at 2i
/// + 1 and 2i + 2.
/// </summary>
internal static class PxarTree
{
    /// <summary>Returns for each place in the table the index of its record in sorted order.</summary>
    public static int[] Order(int count)
    {
        int[] order = new int[count];
        if (count > 0) Fill(order, count, 0, 0, int.Log2(count));
        return order;
    }

    // The exponent decreases by one on each level. It is not the logarithm of the number of remaining records.
    private static void Fill(int[] order, int count, int first, int place, int exponent)
    {
        int power = 1 << exponent, threshold = power + (power / 2) - 1;
        int middle = count > threshold ? power - 1 : power - 1 - (threshold - count);
        order[place] = first + middle;
        if (middle > 0) Fill(order, middle, first, (2 * place) + 1, exponent - 1);
        if (middle + 1 < count) Fill(order, count - middle - 1, first + middle + 1, (2 * place) + 2, exponent - 1);
    }
}
