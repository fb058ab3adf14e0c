namespace PbsModule.Core.Interop.Files;

/// <summary>The complete content of a small file, in a buffer that is reused for the next file.</summary>
internal sealed class FileContent
{
    private const int FirstSize = 16 << 10;

    /// <summary>The largest buffer that is kept, in bytes. A larger one is released at the next use.</summary>
    private const int LargestKept = 1 << 20;

    private byte[] _data = new byte[FirstSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _data.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        if (_data.Length > LargestKept) _data = new byte[FirstSize];
    }

    /// <summary>Returns the place for the next bytes. It is never empty.</summary>
    internal Span<byte> Room()
    {
        if (Length == _data.Length) Array.Resize(ref _data, _data.Length * 4);
        return _data.AsSpan(Length);
    }

    internal void Take(int length) => Length += length;
}
