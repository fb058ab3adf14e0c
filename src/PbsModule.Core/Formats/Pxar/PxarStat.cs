using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>The metadata of every entry of an archive except hard links.</summary>
/// <param name="Mode">The kind and permissions in Linux's form, for example <c>0o100644</c>.</param>
/// <param name="Flags">Attributes of the file system, in the bits of pxar.</param>
/// <param name="UserId">The number of the owner.</param>
/// <param name="GroupId">The number of the group.</param>
/// <param name="Seconds">The modification time of the content in Unix seconds, negative before 1970.</param>
/// <param name="Nanoseconds">The nanoseconds to add to the seconds, 0 to 999,999,999.</param>
public readonly record struct PxarStat(
    uint Mode,
    ulong Flags,
    uint UserId,
    uint GroupId,
    long Seconds,
    uint Nanoseconds)
{
    private const ulong Second = 1_000_000_000;
    private const uint KindMask = 0xF000;
    private const uint PermissionMask = 0xFFF;
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;
    private const int NanosecondsPerTick = 100;

    /// <summary>The permissions, including the bits for set-user-id, set-group-id and sticky.</summary>
    public uint Permissions => Mode & PermissionMask;

    /// <summary>
    /// The modification time in ticks of 100 nanoseconds, UTC, or null if DateTimeOffset cannot represent it.
    /// </summary>
    public DateTimeOffset? LastWriteTime => Seconds is >= FirstSecond and <= LastSecond
        ? DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / NanosecondsPerTick)
        : null;

    /// <summary>The kind of the entry in the mode, or null if Linux has no such kind.</summary>
    public CatalogEntryType? Type => (Mode & KindMask) switch
    {
        0x4000 => CatalogEntryType.Directory,
        0x8000 => CatalogEntryType.File,
        0xA000 => CatalogEntryType.SymbolicLink,
        0x6000 => CatalogEntryType.BlockDevice,
        0x2000 => CatalogEntryType.CharacterDevice,
        0x1000 => CatalogEntryType.Fifo,
        0xC000 => CatalogEntryType.Socket,
        _ => null,
    };

    /// <exception cref="PbsFormatException">The item has the wrong size, or its mode is not valid.</exception>
    internal static PxarStat Read(IByteSource source, in PxarItem item)
    {
        bool isOld = item.Type == PxarType.EntryV1;
        Span<byte> bytes = stackalloc byte[isOld ? PxarSize.EntryV1 : PxarSize.Entry];
        item.ReadExactly(source, bytes);
        ulong mode = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (mode > ushort.MaxValue) throw PxarItem.Invalid($"invalid mode {mode:x}", item.Content);
        ulong time = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new PxarStat(
            (uint)mode,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            isOld ? (long)(time / Second) : (long)time,

            // An invalid fraction of a second must not make the file unreadable.
            isOld
                ? (uint)(time % Second)
                : Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]), (uint)Second - 1));
    }

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Mode);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], GroupId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], Nanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], 0);
    }
}
