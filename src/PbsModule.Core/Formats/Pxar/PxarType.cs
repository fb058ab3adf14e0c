namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// The types of items in a pxar archive: the first eight bytes of the header, each of which is a hash of PBS's name for
/// the type.
/// </summary>
internal enum PxarType : ulong
{
    /// <summary>The first item of a split archive.</summary>
    FormatVersion = 0x730F6C75DF16A40D,

    /// <summary>Data of the client after the version.</summary>
    Prelude = 0xE309D79D9F7B771B,

    Entry = 0xD5956474E588ACEF,

    /// <summary>The metadata of an older client, whose time is a single number.</summary>
    EntryV1 = 0x11DA850A1C1CCEFF,

    FileName = 0x16701121063917B3,
    SymbolicLink = 0x27F971E7DBF5DC5F,
    HardLink = 0x51269C8422BD7275,
    Device = 0x9FC9E906586D5CE9,
    ExtendedAttribute = 0x0DAB0229B57DCD03,
    AclUser = 0x2CE8540A457D55B8,
    AclGroup = 0x136E3ECEB04C03AB,
    AclGroupObject = 0x10868031E9582876,
    AclDefault = 0xBBBB13415A6896F5,
    AclDefaultUser = 0xC89357B40532CD1F,
    AclDefaultGroup = 0xF90A8A5816038FFE,
    FileCapabilities = 0x2DA9DD9DB5F7FB67,
    QuotaProjectId = 0xE07540E82F7D1CBB,
    Payload = 0x28147A1B0B7C1A25,

    /// <summary>The offset and size of the content in the other half of a split archive.</summary>
    PayloadReference = 0x419D3D6BC4BA977E,

    /// <summary>The table at the end of a directory.</summary>
    Goodbye = 0x2FEC4FA642D5731D,

    PayloadStartMarker = 0x834C68C2194A4ED2,
    PayloadTailMarker = 0x6C72B78B984C81B5,
}

/// <summary>Sizes of the parts of an archive in bytes.</summary>
internal static class PxarSize
{
    public const int Header = 16;

    /// <summary>The size of a record in a directory's table.</summary>
    public const int Record = 24;

    /// <summary>
    /// The value in place of a hash that marks the last record. This record leads to the start of the table.
    /// </summary>
    public const ulong TailMarker = 0xEF5EED5B753E1555;

    public const int Entry = 40;
    public const int EntryV1 = 32;

    /// <summary>The largest size of names and link targets.</summary>
    public const int LongestName = 4096;

    /// <summary>The largest size of an extended attribute: 255 for the name and 64 KiB for the value.</summary>
    public const int LargestAttribute = 255 + (64 << 10);

    /// <summary>The largest size of all attributes of an entry together. No file system permits that many.</summary>
    public const int AllAttributes = 16 << 20;
}
