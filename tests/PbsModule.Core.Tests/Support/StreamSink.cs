using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Writes into a stream, zeros too; the caller keeps the stream.</summary>
internal sealed class StreamSink(Stream stream) : IContentSink
{
    private const int ZeroStep = 64 << 10;

    private byte[]? _zeros;

    public void Write(ReadOnlySpan<byte> data) => stream.Write(data);

    public void WriteZeros(long length)
    {
        _zeros ??= new byte[ZeroStep];
        for (; length > 0; length -= ZeroStep) stream.Write(_zeros, 0, (int)Math.Min(length, ZeroStep));
    }
}
