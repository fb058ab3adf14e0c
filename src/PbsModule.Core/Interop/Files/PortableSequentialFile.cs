using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>Reads files on any platform with .NET's own calls and shares them with all other processes.</summary>
internal sealed class PortableSequentialFile : SequentialFile
{
    private readonly string _folder;
    private SafeFileHandle? _handle;
    private long _position;

    /// <exception cref="OsErrorException">The folder cannot be opened.</exception>
    public PortableSequentialFile(string folder)
    {
        _folder = folder;
        int error = Renew();
        if (error != 0) throw new OsErrorException(error, folder);
    }

    public override int Open(ReadOnlySpan<byte> name)
    {
        Close();
        try
        {
            string path = Path.Combine(_folder, Encoding.UTF8.GetString(name));
            FileAttributes attributes = File.GetAttributes(path);
            if (attributes.HasFlag(FileAttributes.ReparsePoint)) return OsError.ELOOP;
            if (attributes.HasFlag(FileAttributes.Directory)) return OsError.EISDIR;

            // A fifo also has length 0, and opening it would block forever.
            _position = 0;
            if (new FileInfo(path).Length > 0)
            {
                _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }

            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            // If the complete datastore is missing, this must not be reported as a missing chunk.
            return error == OsError.ENOENT && !Directory.Exists(_folder) ? OsError.EIO : error;
        }
    }

    public override int Read(Span<byte> buffer, out int length)
    {
        length = 0;
        if (_handle is null) return 0;
        try
        {
            while (length < buffer.Length)
            {
                int read = RandomAccess.Read(_handle, buffer[length..], _position);
                if (read == 0) return 0;
                length += read;
                _position += read;
            }

            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override void Close()
    {
        _handle?.Dispose();
        _handle = null;
    }

    public override int Renew()
    {
        Close();
        return Directory.Exists(_folder) ? 0 : OsError.ENOENT;
    }
}
