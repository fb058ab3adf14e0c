using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>What every entry of an archive has, but hard links.</summary>
/// <param name="Mode">Kind and permissions as Linux has them: <c>0o100644</c>.</param>
/// <param name="Flags">Attributes of the file system, in the bits of pxar.</param>
/// <param name="UserId">Number of the owner.</param>
/// <param name="GroupId">Number of the group.</param>
/// <param name="Seconds">When the content was changed last: Unix seconds, negative before 1970.</param>
/// <param name="Nanoseconds">Added to the seconds, 0 to 999,999,999.</param>
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

    /// <summary>Permissions with the bits of set-user-id, set-group-id and sticky.</summary>
    public uint Permissions => Mode & PermissionMask;

    /// <summary>The time to the tick, UTC; null for one no calendar has.</summary>
    public DateTimeOffset? LastWriteTime => Seconds is >= FirstSecond and <= LastSecond
        ? DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / NanosecondsPerTick)
        : null;

    /// <summary>What the mode says the entry is; null for what Linux does not know.</summary>
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

    /// <exception cref="PbsFormatException">Of the wrong size, or a mode that is none.</exception>
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

            // A fraction that is none must not cost the file.
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
