namespace PbsModule.Core.Formats;

/// <summary>Where the data of a block goes.</summary>
internal readonly ref struct ZstdOutput
{
    /// <summary>Holds what came before; nothing behind its end is ever written, but what is free in it may be overwritten at will.</summary>
    public required Span<byte> Room { get; init; }

    /// <summary>Where the data of the block goes.</summary>
    public required int Position { get; init; }

    /// <summary>Where in the room the data of the frame begins, as far as it is still there.</summary>
    public required int Start { get; init; }

    /// <summary>How far back matches may reach at most.</summary>
    public required long Window { get; init; }

    /// <summary>The most data the block may give.</summary>
    public required int BlockSize { get; init; }
}
