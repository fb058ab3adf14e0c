using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tasks;

/// <summary>
/// Reads the lines of a task log, also while it grows. Bytes that are no text are shown as replacement characters; a
/// line without end is handed out in pieces.
/// </summary>
/// <exception cref="OsErrorException">On construction: there is no log, or it cannot be opened.</exception>
internal sealed class TaskLogReader(string path) : IDisposable
{
    private const int FirstSize = 16 << 10;
    private const int LongestLine = 1 << 20;

    private readonly SafeFileHandle _file = NativeFile.OpenRead(path);
    private byte[] _buffer = new byte[FirstSize];
    private int _start, _end;
    private long _position;

    /// <summary>The next line, without its line feed.</summary>
    /// <param name="isComplete">The task is over, so what has no line feed is a line as well; else it is held back, for
    /// more may follow.</param>
    /// <param name="line">The line.</param>
    /// <returns>False if there is no more at present.</returns>
    /// <exception cref="OsErrorException">The log cannot be read.</exception>
    public bool TryRead(bool isComplete, out string line)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0) return Take(searched + length, 1, out line);
            searched = _end - _start;
            if (searched >= LongestLine) return Take(searched, 0, out line);
            if (Fill()) continue;
            if (isComplete && searched > 0) return Take(searched, 0, out line);
            line = "";
            return false;
        }
    }

    public void Dispose() => _file.Dispose();

    private bool Take(int length, int separator, out string line)
    {
        line = Encoding.UTF8.GetString(_buffer, _start, length);
        _start += length + separator;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            int read = RandomAccess.Read(_file, _buffer.AsSpan(_end), _position);
            _position += read;
            _end += read;
            return read > 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, path);
        }
    }
}
