namespace PbsModule.Core.Formats.Tar;

/// <summary>What an entry of a tar archive is; the value is the letter that stands in its header.</summary>
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

/// <summary>What a tar archive says of an entry.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its path, of a directory with '/' at the end; bytes without NUL.</param>
internal sealed record TarItem(TarKind Kind, ReadOnlyMemory<byte> Name)
{
    /// <summary>Where a link leads; bytes without NUL.</summary>
    public ReadOnlyMemory<byte> LinkName { get; init; }

    /// <summary>Permissions with the bits of set-user-id, set-group-id and sticky.</summary>
    public uint Permissions { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>When the content was changed last: Unix seconds, negative before 1970.</summary>
    public long Seconds { get; init; }

    /// <summary>Bytes of content behind the header.</summary>
    public long Size { get; init; }

    /// <summary>Of a device.</summary>
    public uint DeviceMajor { get; init; }

    /// <inheritdoc cref="DeviceMajor"/>
    public uint DeviceMinor { get; init; }
}
