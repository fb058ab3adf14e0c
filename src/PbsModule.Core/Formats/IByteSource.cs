using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats;

/// <summary>
/// Random access to a stream of known length, wherever it lies: in memory, in a file, in chunks behind an index that
/// are fetched as they are asked for. For one thread at a time.
/// </summary>
public interface IByteSource
{
    /// <summary>In bytes.</summary>
    long Length { get; }

    /// <summary>Fills the whole destination.</summary>
    /// <param name="offset">Where to begin; with the length of the destination never beyond
    /// <see cref="Length"/>.</param>
    /// <param name="destination">May be empty.</param>
    /// <exception cref="PbsException">What lies there cannot be read.</exception>
    void Read(long offset, Span<byte> destination);
}

/// <summary>Bytes that are in memory already.</summary>
public sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : IByteSource
{
    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination) =>
        bytes.Span.Slice(checked((int)offset), destination.Length).CopyTo(destination);
}
