using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>One pass over the entries of an index file, in pieces that are lent until the next one is read.</summary>
/// <example><c>while (pass.Read(out ChunkEntries entries)) foreach (ChunkEntry entry in entries) …</c></example>
public sealed class IndexPass : IDisposable
{
    private readonly IRawFile _file;
    private readonly IndexReader _reader;
    private readonly string _path;

    /// <param name="kind">Which kind it should be.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="name">The name it is opened by.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="checksum">Compute the checksum on the way.</param>
    internal IndexPass(IndexKind kind, string path, string name, Func<string, IRawFile> open, bool checksum)
    {
        _path = path;
        try
        {
            _file = open(name);
            _reader = new IndexReader(kind, _file.Read, _file.Length, checksum);
        }
        catch (Exception e)
        {
            _file?.Dispose();
            switch (e)
            {
                case PbsFormatException format: throw format.In(path);
                case OsErrorException system: throw IndexFile.Unreadable(kind, path, system);
                default: throw;
            }
        }
    }

    public IndexHeader Header => _reader.Header;

    /// <summary>Which file is read, whatever its path leads to by now.</summary>
    internal FileIdentity Identity => _file.Identity;

    /// <summary>
    /// Bytes of the image or archive up to here; all of it when <see cref="Read"/> has come to the end.
    /// </summary>
    public long LogicalSize => _reader.LogicalSize;

    /// <summary>
    /// What the checksum of the entries really is, once <see cref="Read"/> has come to the end, if it was asked for.
    /// </summary>
    public Digest? Checksum => _reader.Checksum;

    /// <summary>Reads the next piece.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="PbsFormatException">Chunks do not follow each other, or the file became shorter.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public bool Read(out ChunkEntries entries)
    {
        try
        {
            return _reader.Read(out entries);
        }
        catch (PbsFormatException e)
        {
            throw e.In(_path);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.FileUnreadable, $"unable to read index \"{_path}\"", _path);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }
}
