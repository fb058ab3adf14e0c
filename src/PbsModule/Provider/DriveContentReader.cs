using System.Collections;
using System.Management.Automation.Provider;

namespace PbsModule.Provider;

/// <summary>Content as Get-Content takes it: lines, one text, or bytes.</summary>
internal sealed class DriveContentReader(Stream content, bool asBytes, bool raw) : IContentReader
{
    private readonly StreamReader? _text = asBytes ? null : new StreamReader(content);
    private bool _isDone;

    public IList Read(long readCount)
    {
        long most = readCount <= 0 ? long.MaxValue : readCount;
        if (_isDone) return Array.Empty<object>();
        if (raw && _text is not null)
        {
            _isDone = true;
            return new[] { _text.ReadToEnd() };
        }

        return asBytes ? ReadBytes(most) : ReadLines(most);
    }

    public void Seek(long offset, SeekOrigin origin)
    {
        content.Seek(offset, origin);
        _text?.DiscardBufferedData();
        _isDone = false;
    }

    public void Close() => Dispose();

    public void Dispose()
    {
        _text?.Dispose();
        content.Dispose();
    }

    private List<string> ReadLines(long most)
    {
        List<string> lines = [];
        while (lines.Count < most && _text!.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    private List<byte> ReadBytes(long most)
    {
        List<byte> bytes = [];
        while (bytes.Count < most && content.ReadByte() is var value and >= 0) bytes.Add((byte)value);
        return bytes;
    }
}
