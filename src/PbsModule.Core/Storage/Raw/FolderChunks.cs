using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Raw;

/// <summary>The chunks below the chunk folder of a datastore: files <c>xxxx/</c> and the digest.</summary>
internal sealed class FolderChunks : IRawChunks
{
    private const int PrefixLength = 4;

    private readonly string _folder;
    private readonly SequentialFile _file;
    private readonly Func<bool>? _isCache;
    private Digest _open;

    // "xxxx/" and the digest.
    private readonly byte[] _name = new byte[PrefixLength + 1 + Digest.TextLength];

    /// <param name="folder">Full path of the store's <c>.chunks</c>.</param>
    /// <param name="files">Opens the files below a folder.</param>
    /// <param name="isCache">Tells whether the folder is only the cache of a bucket; null if it is none.</param>
    /// <exception cref="PbsException">The folder cannot be opened.</exception>
    public FolderChunks(string folder, Func<string, SequentialFile> files, Func<bool>? isCache = null)
    {
        _folder = folder;
        _isCache = isCache;
        _name[PrefixLength] = (byte)'/';
        try
        {
            _file = files(folder);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.DatastoreUnavailable, $"unable to open chunk store at '{folder}'", folder);
        }
    }

    public bool IsCache => _isCache?.Invoke() ?? false;

    public string PathOf(in Digest digest)
    {
        string text = digest.ToString();
        return Path.Combine(_folder, text[..PrefixLength], text);
    }

    public OsErrorException? Open(in Digest digest)
    {
        digest.TryFormat(_name.AsSpan(PrefixLength + 1), out _);
        _name.AsSpan(PrefixLength + 1, PrefixLength).CopyTo(_name);
        _open = digest;
        return Failure(_file.Open(_name));
    }

    public OsErrorException? Read(Span<byte> buffer, out int length) => Failure(_file.Read(buffer, out length));

    public void Close() => _file.Close();

    public OsErrorException? Renew() => Failure(_file.Renew());

    public void Dispose() => _file.Dispose();

    private OsErrorException? Failure(int error) => error == 0 ? null : new OsErrorException(error, PathOf(_open));
}
