using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Reads one entry with its attributes. The bounds of every item are checked before its content is read.
/// </summary>
internal ref struct PxarNodeReader
{
    private readonly IByteSource _source;
    private readonly long _limit;
    private readonly List<PxarXattr> _attributes = [];
    private readonly List<PxarAclEntry> _users = [];
    private readonly List<PxarAclEntry> _groups = [];
    private readonly List<PxarAclEntry> _defaultUsers = [];
    private readonly List<PxarAclEntry> _defaultGroups = [];
    private ulong? _groupObject;
    private PxarDefaultAcl? _default;
    private byte[]? _capabilities;
    private ulong? _projectId;
    private long _total;

    private PxarNodeReader(IByteSource source, long limit)
    {
        _source = source;
        _limit = limit;
    }

    /// <summary>Reads the child whose file name begins at an offset.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="position">The offset of the file name's header.</param>
    /// <param name="limit">
    /// The largest offset at which the child, including the content of a directory, may end.
    /// </param>
    /// <exception cref="PbsFormatException">The child is damaged, or its name is not permitted.</exception>
    public static PxarEntry ReadChild(IByteSource source, long position, long limit)
    {
        PxarItem item = PxarItem.Read(source, position, limit);
        if (item.Type != PxarType.FileName) throw item.Unexpected("in the place of a file name");
        byte[] name = PxarName.Checked(item.ReadText(source, "file name", PxarSize.LongestName), position);
        return ReadNode(source, name, position, item.End, limit);
    }

    /// <summary>Reads an entry without the name before it.</summary>
    public static PxarEntry ReadNode(IByteSource source, byte[] name, long position, long start, long limit)
    {
        PxarItem item = PxarItem.Read(source, start, limit);
        if (item.Type == PxarType.HardLink) return ReadHardLink(source, name, position, item);
        if (item.Type is not (PxarType.Entry or PxarType.EntryV1)) throw item.Unexpected("in the place of an entry");
        PxarStat stat = PxarStat.Read(source, item);
        CatalogEntryType type = stat.Type ?? throw PxarItem.Invalid($"mode {stat.Mode:x} is of no kind", start);
        var reader = new PxarNodeReader(source, limit);
        PxarItem? next = reader.ReadAttributes(item.End, out long body);
        return reader.ReadRest(name, position, start, type, stat, next, body);
    }

    private PxarEntry ReadRest(
        byte[] name,
        long position,
        long start,
        CatalogEntryType type,
        in PxarStat stat,
        PxarItem? next,
        long body)
    {
        long size = 0, contentHeader = 0;
        ulong major = 0, minor = 0;
        byte[] target = [];
        switch (type)
        {
            case CatalogEntryType.Directory:
                if (next is { Type: not (PxarType.FileName or PxarType.Goodbye) } odd)
                {
                    throw odd.Unexpected("in a directory");
                }

                break;
            case CatalogEntryType.File when next is { Type: PxarType.Payload } payload:
                (size, contentHeader, body) = (payload.Size, payload.Start, payload.End);
                break;
            case CatalogEntryType.File when next is { Type: PxarType.PayloadReference } reference:
                (contentHeader, size) = ReadReference(reference);
                body = reference.End;
                break;
            case CatalogEntryType.SymbolicLink when next is { Type: PxarType.SymbolicLink } link:
                target = link.ReadText(_source, "symbolic link", PxarSize.LongestName);
                body = link.End;
                break;
            case CatalogEntryType.BlockDevice
                or CatalogEntryType.CharacterDevice when next is { Type: PxarType.Device } device:
                (major, minor) = ReadPair(device);
                body = device.End;
                break;
            case CatalogEntryType.Fifo or CatalogEntryType.Socket:
                if (next is { Type: not (PxarType.FileName or PxarType.Goodbye) } other)
                {
                    throw other.Unexpected($"behind a {type}");
                }

                break;
            default:
                throw next?.Unexpected($"in the place of a {type}'s content")
                    ?? PxarItem.Invalid($"a {type} without its content", start);
        }

        return new PxarEntry
        {
            Name = name,
            Type = type,
            Stat = stat,
            Size = size,
            LinkTarget = target,
            DeviceMajor = major,
            DeviceMinor = minor,
            ExtendedAttributes = _attributes,
            Acl = Acl(),
            FileCapabilities = _capabilities is null ? (ReadOnlyMemory<byte>?)null : _capabilities,
            QuotaProjectId = _projectId,
            Position = position,
            Start = start,
            Body = body,
            Limit = _limit,
            ContentHeader = contentHeader,
            IsReference = next is { Type: PxarType.PayloadReference },
        };
    }

    private static PxarEntry ReadHardLink(IByteSource source, byte[] name, long position, in PxarItem item)
    {
        byte[] content = item.ReadUpTo(source, sizeof(ulong) + PxarSize.LongestName + 1);
        if (content.Length < sizeof(ulong) + 1 || content[^1] != 0)
        {
            throw PxarItem.Invalid("invalid hard link (missing terminating zero)", item.Start);
        }

        byte[] path = PxarItem.CheckedText(content.AsSpan(sizeof(ulong)..^1), "hard link", item.Start);
        return new PxarEntry
        {
            Name = name,
            Type = CatalogEntryType.HardLink,
            LinkTarget = PxarName.CheckedTarget(path, item.Start),
            LinkDistance = BinaryPrimitives.ReadUInt64LittleEndian(content),
            Position = position,
            Start = item.Start,
            Body = item.End,
            Limit = item.End,
        };
    }

    /// <summary>Reads attributes until another item follows.</summary>
    /// <param name="at">The offset of the first attribute.</param>
    /// <param name="body">The offset after the attributes.</param>
    /// <returns>
    /// The item after the attributes, or null at the limit. A file name or a goodbye table belongs to a different
    /// entry: its size is not checked and is returned as 0.
    /// </returns>
    private PxarItem? ReadAttributes(long at, out long body)
    {
        while (true)
        {
            body = at;

            // The item after a directory's own metadata is not part of the metadata: if an archive is truncated there,
            // the directory itself can still be read.
            if (!PxarItem.TryPeek(_source, at, _limit, out PxarType type)) return null;
            if (type is PxarType.FileName or PxarType.Goodbye) return new PxarItem(type, at, 0);
            PxarItem item = PxarItem.Read(_source, at, _limit);
            if (!TryTake(item)) return item;
            _total += item.Size + PxarSize.Header;
            if (_total > PxarSize.AllAttributes)
            {
                throw PxarItem.Invalid($"an entry has more than {PxarSize.AllAttributes} bytes of attributes", at);
            }

            at = item.End;
        }
    }

    private bool TryTake(in PxarItem item)
    {
        switch (item.Type)
        {
            case PxarType.ExtendedAttribute:
                _attributes.Add(ReadAttribute(item));
                return true;
            case PxarType.AclUser:
                _users.Add(ReadAclEntry(item));
                return true;
            case PxarType.AclGroup:
                _groups.Add(ReadAclEntry(item));
                return true;
            case PxarType.AclDefaultUser:
                _defaultUsers.Add(ReadAclEntry(item));
                return true;
            case PxarType.AclDefaultGroup:
                _defaultGroups.Add(ReadAclEntry(item));
                return true;
            case PxarType.AclGroupObject:
                Once(_groupObject is null, item);
                _groupObject = ReadNumber(item);
                return true;
            case PxarType.AclDefault:
                Once(_default is null, item);
                _default = ReadDefault(item);
                return true;
            case PxarType.FileCapabilities:
                Once(_capabilities is null, item);
                _capabilities = item.ReadUpTo(_source, PxarSize.LargestAttribute);
                return true;
            case PxarType.QuotaProjectId:
                Once(_projectId is null, item);
                _projectId = ReadNumber(item);
                return true;
            default:
                return false;
        }
    }

    private static void Once(bool isFirst, in PxarItem item)
    {
        if (!isFirst) throw item.Unexpected("for the second time");
    }

    private readonly PxarXattr ReadAttribute(in PxarItem item)
    {
        byte[] content = item.ReadUpTo(_source, PxarSize.LargestAttribute);
        int zero = Array.IndexOf(content, (byte)0);
        return zero > 0 ? new PxarXattr(content.AsMemory(..zero), content.AsMemory(zero + 1))
            : throw PxarItem.Invalid("invalid extended attribute (no name)", item.Start);
    }

    private readonly PxarAclEntry ReadAclEntry(in PxarItem item)
    {
        (ulong id, ulong permissions) = ReadPair(item);
        return new PxarAclEntry(id, permissions);
    }

    private readonly (ulong First, ulong Second) ReadPair(in PxarItem item)
    {
        Span<byte> pair = stackalloc byte[2 * sizeof(ulong)];
        item.ReadExactly(_source, pair);
        return (BinaryPrimitives.ReadUInt64LittleEndian(
            pair), BinaryPrimitives.ReadUInt64LittleEndian(pair[sizeof(ulong)..]));
    }

    private readonly ulong ReadNumber(in PxarItem item)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        item.ReadExactly(_source, number);
        return BinaryPrimitives.ReadUInt64LittleEndian(number);
    }

    private readonly (long Header, long Size) ReadReference(in PxarItem item)
    {
        (ulong offset, ulong size) = ReadPair(item);
        return offset <= long.MaxValue - PxarSize.Header && size <= long.MaxValue - PxarSize.Header - offset
            ? ((long)offset, (long)size)
                : throw PxarItem.Invalid($"out of range access for payload ({size} bytes at {offset})", item.Start);
    }

    private readonly PxarDefaultAcl ReadDefault(in PxarItem item)
    {
        Span<byte> bytes = stackalloc byte[4 * sizeof(ulong)];
        item.ReadExactly(_source, bytes);
        ulong mask = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new PxarDefaultAcl(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), mask == ulong.MaxValue ? null : mask);
    }

    private readonly PxarAcl? Acl() =>
        _users.Count + _groups.Count + _defaultUsers.Count + _defaultGroups.Count == 0
            && _groupObject is null
            && _default is null
            ? null
            : new PxarAcl
            {
                Users = _users,
                Groups = _groups,
                GroupObject = _groupObject,
                Default = _default,
                DefaultUsers = _defaultUsers,
                DefaultGroups = _defaultGroups,
            };
}
