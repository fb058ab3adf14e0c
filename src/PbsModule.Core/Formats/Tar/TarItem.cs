namespace PbsModule.Core.Formats.Tar;

/// <summary>The kind of a tar archive's entry. The value is the letter in the header.</summary>
internal enum TarKind : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
}

/// <summary>The metadata of a tar archive's entry.</summary>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Name">The path as bytes without NUL. It ends with '/' for a directory.</param>
internal sealed record TarItem(TarKind Kind, ReadOnlyMemory<byte> Name)
{
    /// <summary>The target of a link as bytes without NUL.</summary>
    public ReadOnlyMemory<byte> LinkName { get; init; }

    /// <summary>The permissions, including the bits for set-user-id, set-group-id and sticky.</summary>
    public uint Permissions { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>The modification time of the content in Unix seconds, negative before 1970.</summary>
    public long Seconds { get; init; }

    /// <summary>The size of the content after the header in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The device number. 0 for entries that are not devices.</summary>
    public uint DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    public uint DeviceMinor { get; init; }
}
