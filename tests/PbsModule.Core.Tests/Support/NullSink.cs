using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Counts the bytes and keeps none of them.</summary>
internal sealed class NullSink : IContentSink
{
    /// <summary>Number of bytes received, zeros included.</summary>
    public long Length { get; private set; }

    public void Write(ReadOnlySpan<byte> data) => Length += data.Length;

    public void WriteZeros(long length) => Length += length;
}
