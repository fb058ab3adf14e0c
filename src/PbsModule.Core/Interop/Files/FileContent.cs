namespace PbsModule.Core.Interop.Files;

/// <summary>The whole content of a small file, in a buffer that is used again for the next one.</summary>
internal sealed class FileContent
{
    private const int FirstSize = 16 << 10;

    /// <summary>A buffer that one huge file has blown up is let go at the next use.</summary>
    private const int LargestKept = 1 << 20;

    private byte[] _data = new byte[FirstSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _data.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        if (_data.Length > LargestKept) _data = new byte[FirstSize];
    }

    /// <summary>Where the next bytes go; never empty.</summary>
    internal Span<byte> Room()
    {
        if (Length == _data.Length) Array.Resize(ref _data, _data.Length * 4);
        return _data.AsSpan(Length);
    }

    internal void Take(int length) => Length += length;
}
