using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Writes a device from its front on. It gets the zeros, too, because it holds something else already; and what is not
/// known to be right does not come here, because there is no second name for it.
/// </summary>
/// <param name="mutations">The seam.</param>
/// <param name="device">At its start. The caller keeps it.</param>
internal sealed class DeviceSink(IFileMutations mutations, SafeFileHandle device) : IOutputSink
{
    private const int ZeroStep = 1 << 20;

    /// <summary>Bytes after which the disk begins with them.</summary>
    private const long WriteBackStep = 8 << 20;

    private byte[]? _zeros;
    private long _length;
    private long _begun;

    public void Write(ReadOnlySpan<byte> data)
    {
        mutations.Write(device, data);
        _length += data.Length;
        if (_length - _begun < WriteBackStep) return;
        WriteBack.Begin(device, _begun, _length - _begun);
        _begun = _length;
    }

    public void WriteZeros(long length)
    {
        _zeros ??= new byte[ZeroStep];
        for (; length > 0; length -= ZeroStep) Write(_zeros.AsSpan(0, (int)Math.Min(length, ZeroStep)));
    }

    public void Complete(CancellationToken cancellation)
    {
        WriteBack.Flush(device, _length, cancellation);
        mutations.Sync(device);
    }
}
