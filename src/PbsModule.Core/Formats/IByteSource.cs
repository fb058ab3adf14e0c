using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats;

/// <summary>
/// Provides random access to a stream of known length in memory, in a file, or in chunks of an index that are read on
/// demand. Not thread-safe.
/// </summary>
public interface IByteSource
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills the complete destination.</summary>
    /// <param name="offset">The offset of the first byte. The read never ends after <see cref="Length"/>.</param>
    /// <param name="destination">Receives the bytes. It may be empty.</param>
    /// <exception cref="PbsException">The bytes cannot be read.</exception>
    void Read(long offset, Span<byte> destination);
}

/// <summary>Provides bytes that are already in memory.</summary>
public sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : IByteSource
{
    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination) =>
        bytes.Span.Slice(checked((int)offset), destination.Length).CopyTo(destination);
}
