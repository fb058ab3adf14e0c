using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>Bytes that know how many of them were read.</summary>
internal sealed class CountingSource(byte[] bytes) : IByteSource
{
    public long Length => bytes.Length;

    public long BytesRead { get; private set; }

    public void Read(long offset, Span<byte> destination)
    {
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        BytesRead += destination.Length;
    }
}
