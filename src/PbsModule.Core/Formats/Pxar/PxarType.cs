namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// What an item of a pxar archive holds: the first eight bytes of its header, each a hash of the name PBS has for it.
/// </summary>
internal enum PxarType : ulong
{
    /// <summary>First item of a split archive.</summary>
    FormatVersion = 0x730F6C75DF16A40D,

    /// <summary>Free bytes behind the version.</summary>
    Prelude = 0xE309D79D9F7B771B,

    Entry = 0xD5956474E588ACEF,

    /// <summary>The metadata of an older writer: one number for the time.</summary>
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

    /// <summary>Where in the other half of a split archive the content lies.</summary>
    PayloadReference = 0x419D3D6BC4BA977E,

    /// <summary>The table at the end of a directory.</summary>
    Goodbye = 0x2FEC4FA642D5731D,

    PayloadStartMarker = 0x834C68C2194A4ED2,
    PayloadTailMarker = 0x6C72B78B984C81B5,
}

/// <summary>Sizes of what stands in an archive, in bytes.</summary>
internal static class PxarSize
{
    public const int Header = 16;

    /// <summary>Of a record in a directory's table.</summary>
    public const int Record = 24;

    /// <summary>In the place of a hash: the last record, which leads to the table's own start.</summary>
    public const ulong TailMarker = 0xEF5EED5B753E1555;

    public const int Entry = 40;
    public const int EntryV1 = 32;

    /// <summary>Names, and the targets of links.</summary>
    public const int LongestName = 4096;

    /// <summary>Name and value of an extended attribute: 255 and 64 Ki.</summary>
    public const int LargestAttribute = 255 + (64 << 10);

    /// <summary>All attributes of one entry together; no file system holds that many.</summary>
    public const int AllAttributes = 16 << 20;
}
