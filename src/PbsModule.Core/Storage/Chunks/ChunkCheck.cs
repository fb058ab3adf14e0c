using PbsModule.Core.Errors;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>What can be wrong with a chunk, in the order in which it is noticed.</summary>
public enum ChunkFault
{
    None,

    /// <summary>There is no file of that name.</summary>
    Missing,

    /// <summary>
    /// The system did not give its bytes, twice: that says nothing about the chunk, which may be whole.
    /// </summary>
    Unreadable,

    /// <summary>The file is no blob, or its CRC is wrong.</summary>
    Damaged,

    /// <summary>Encrypted where its index says plain, or the other way round.</summary>
    CryptMode,

    /// <summary>No key, or its tag is wrong under this one: another key, or somebody changed it.</summary>
    Key,

    /// <summary>What is in it cannot be unpacked, or is not what its index promises.</summary>
    Content,
}

/// <summary>How reading one chunk went.</summary>
/// <param name="Fault">What is wrong with it.</param>
/// <param name="CryptMode">What the chunk says of itself; None where that was not to be learned.</param>
/// <param name="EncodedLength">Bytes that were read.</param>
/// <param name="DecodedLength">Bytes that came out; 0 for an encrypted chunk without a key.</param>
/// <param name="Error">What to throw or to tell; null when nothing is wrong.</param>
public readonly record struct ChunkCheck(
    ChunkFault Fault,
    CryptMode CryptMode,
    long EncodedLength,
    long DecodedLength,
    PbsException? Error)
{
    public bool IsGood => Fault == ChunkFault.None;

    /// <summary>The system failed to give its bytes, and gave them when it was asked again.</summary>
    public bool IsRetried { get; init; }

    /// <summary>
    /// True when PBS would say that the chunk could not be loaded, rather than what was wrong inside.
    /// </summary>
    public bool LoadFailed => Fault is ChunkFault.Missing or ChunkFault.Unreadable or ChunkFault.Damaged;

    /// <summary>What is wrong in PBS's own words, without path and digest; empty when nothing is.</summary>
    public string Reason => Error switch
    {
        null => "",
        PbsFormatException e => e.Reason,
        { InnerException: IOException e } => e.Message,
        _ => Error.Message,
    };
}
