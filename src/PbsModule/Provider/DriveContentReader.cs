using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;

namespace PbsModule.Provider;

/// <summary>Reads content for Get-Content: as lines, one text, or bytes.</summary>
internal sealed class DriveContentReader : IContentReader
{
    private const int Buffer = 64 << 10;

    private readonly Stream _content;
    private readonly bool _isWhole;
    private readonly StreamReader? _text;
    private bool _isDone;

    public DriveContentReader(Stream content, ContentParameters how)
    {
        // Buffered, because most of it is read byte by byte.
        _content = new BufferedStream(content, Buffer);
        _isWhole = how.Raw;
        if (!how.AsByteStream) _text = new StreamReader(_content, how.Encoding ?? Encoding.UTF8);
    }

    public IList Read(long readCount)
    {
        try
        {
            if (!_isWhole) return ReadSome(readCount <= 0 ? long.MaxValue : readCount);
            if (_isDone) return Array.Empty<object>();
            _isDone = true;
            return new object[] { _text is null ? ReadBytes(long.MaxValue) : _text.ReadToEnd() };
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    public void Seek(long offset, SeekOrigin origin)
    {
        _content.Seek(offset, origin);
        _text?.DiscardBufferedData();
        _isDone = false;
    }

    public void Close() => Dispose();

    public void Dispose()
    {
        _text?.Dispose();
        _content.Dispose();
    }

    private Array ReadSome(long most)
    {
        if (_text is null) return ReadBytes(most);
        List<string> lines = [];
        while (lines.Count < most && _text.ReadLine() is { } line) lines.Add(line);
        return lines.ToArray();
    }

    private byte[] ReadBytes(long most)
    {
        List<byte> bytes = [];
        while (bytes.Count < most && _content.ReadByte() is var value and >= 0) bytes.Add((byte)value);
        return [.. bytes];
    }
}
