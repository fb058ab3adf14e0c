using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage.Raw;

/// <summary>
/// The stored bytes of chunks, one chunk open at a time and read from its front to its end. Nothing about them is
/// checked. For one thread. Failures are returned, as <see cref="ISnapshotContent"/> describes them; null is success.
/// </summary>
internal interface IRawChunks : IDisposable
{
    /// <summary>
    /// Whether the chunks are only a cache: an empty or missing one is in a bucket, and neither damaged nor lost.
    /// </summary>
    bool IsCache => false;

    /// <summary>The name of a chunk in messages.</summary>
    string PathOf(in Digest digest);

    /// <summary>Opens a chunk; the one before is closed.</summary>
    OsErrorException? Open(in Digest digest);

    /// <summary>Reads on, until the buffer is full or the chunk ends.</summary>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="length">Bytes read; fewer than the buffer holds only at the end.</param>
    OsErrorException? Read(Span<byte> buffer, out int length);

    /// <summary>Closes the open chunk, if there is one.</summary>
    void Close();

    /// <summary>Gives up every handle and connection and makes new ones, before a second attempt.</summary>
    OsErrorException? Renew();
}
