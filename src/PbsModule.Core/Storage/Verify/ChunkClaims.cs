using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>How the reference of an index to a chunk compares with the first reference of the run to it.</summary>
internal enum ClaimKind
{
    /// <summary>It is the first one: the chunk is to be checked.</summary>
    New,

    /// <summary>It says the same: what the check of the first one finds holds for it, too.</summary>
    Same,

    /// <summary>It gives the chunk another length.</summary>
    OtherLength,

    /// <summary>
    /// It gives the same length, but the chunk is to be encrypted here and plain there, or opened with a key only here.
    /// </summary>
    OtherMode,
}

/// <summary>
/// The chunks that were handed out to be checked in this run, each with what its first index says of it. A check proves
/// a chunk for
/// that length and mode only: an index that says something else is not proven by it. For one thread.
/// </summary>
internal sealed class ChunkClaims : IDisposable
{
    private const int ModeBits = 2;

    // A chunk holds 16 MiB at most. Whoever claims more is wrong, however much more.
    private const long LargestLength = (1L << (32 - ModeBits)) - 1;

    private readonly DigestMap<uint> _first = new();

    /// <summary>The mode in which the chunks of an index are checked, for <see cref="Add"/>.</summary>
    public static uint ModeOf(FileCheck file) => (file.IsEncrypted ? 1u : 0) | (file.Key is null ? 0 : 2u);

    /// <summary>Remembers a chunk, if it is new, and compares the reference with the first one if it is not.</summary>
    /// <param name="digest">The chunk.</param>
    /// <param name="size">The length its index gives it.</param>
    /// <param name="mode">What <see cref="ModeOf"/> says of the index.</param>
    public ClaimKind Add(in Digest digest, long size, uint mode)
    {
        uint claim = ((uint)Math.Min(size, LargestLength) << ModeBits) | mode;
        ref uint first = ref _first.ValueOf(digest, out bool added);
        if (added)
        {
            first = claim;
            return ClaimKind.New;
        }

        return first == claim ? ClaimKind.Same
            : first >> ModeBits == claim >> ModeBits ? ClaimKind.OtherMode
            : ClaimKind.OtherLength;
    }

    public void Dispose() => _first.Dispose();
}
