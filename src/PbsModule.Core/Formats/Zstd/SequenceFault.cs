namespace PbsModule.Core.Formats;

/// <summary>What can be wrong with a sequence.</summary>
internal enum SequenceFault
{
    None,

    /// <summary>More literals than the block has.</summary>
    Literals,

    /// <summary>More data than there is room for.</summary>
    Room,

    /// <summary>A match that begins before the data.</summary>
    Distance,

    /// <summary>A match of its own bytes.</summary>
    NoDistance,

    /// <summary>A match that begins before the window.</summary>
    Window,

    /// <summary>Bits are left over, or more were read than there are.</summary>
    Stream,
}
