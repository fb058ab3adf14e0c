using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>What is done with a piece of an index.</summary>
/// <param name="entries">The piece.</param>
/// <param name="before">
/// The entries of the index that was gone through before this one, where both are read as a whole: indexes of one group
/// are hardly different from each other. Else none.
/// </param>
internal delegate void EntriesHandler(ChunkEntries entries, ChunkEntries before);

/// <summary>
/// Reads the indexes of a snapshot, first for their checksums, then for their entries. Usual ones are read once, into a
/// buffer that is kept; large ones twice, in pieces. For one thread; what is read is good until the next one.
/// </summary>
internal sealed class IndexWalk
{
    /// <summary>
    /// Up to here, which is 13,000 dynamic entries or 16,000 fixed ones, an index is read as a whole.
    /// </summary>
    private const int LargestWhole = 512 << 10;

    private FileContent _content = new();
    private FileContent _contentBefore = new();
    private IndexHeader? _header;
    private IndexHeader? _headerBefore;
    private FileCheck? _file;
    private Digest _checksum;

    /// <summary>Whether the index that was opened last is read as a whole.</summary>
    public bool IsWhole => _header is not null;

    /// <summary>Reads an index for its checksum and size.</summary>
    /// <param name="file">The index.</param>
    /// <param name="kind">Which kind it should be.</param>
    /// <returns>What the entries come to.</returns>
    /// <exception cref="PbsFormatException">Not a well-formed index; in PBS's words.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public (Digest Checksum, long LogicalSize) Open(FileCheck file, IndexKind kind)
    {
        _file = file;
        _header = null;
        OsErrorException? error = Read(file);
        if (error is not null && error.Errno != OsError.EFBIG && !ChunkReader.IsFinal(error.Errno)) error = Read(file);
        return error?.Errno switch
        {
            null => OpenWhole(kind),
            OsError.EFBIG => OpenLarge(kind),
            _ => throw IndexFile.Unreadable(kind, file.Path, error),
        };
    }

    /// <summary>Goes through the entries of the index that was opened last.</summary>
    /// <exception cref="PbsException">It has changed since, or cannot be read any more.</exception>
    public void Run(EntriesHandler handle)
    {
        if (_header is { } header)
        {
            handle(Entries(header, _content), _headerBefore is null ? default : Entries(_headerBefore, _contentBefore));
            (_content, _contentBefore) = (_contentBefore, _content);
            (_header, _headerBefore) = (null, header);
            return;
        }

        // What the checksum was right for is what must be gone through, not what lies there now.
        using IndexPass pass = IndexFile.Pass(_file!.Content, _file.File.FileName, checksum: true);
        while (pass.Read(out ChunkEntries entries)) handle(entries, default);
        if (pass.Checksum != _checksum) throw IndexFile.Changed(_file.Path);
    }

    private OsErrorException? Read(FileCheck file) =>
        file.Content.ReadFile(file.File.FileName, _content, LargestWhole);

    private static ChunkEntries Entries(IndexHeader header, FileContent content) =>
        new(header, content.Bytes[IndexHeader.Size..], 0);

    private (Digest Checksum, long LogicalSize) OpenWhole(IndexKind kind)
    {
        try
        {
            ReadOnlySpan<byte> bytes = _content.Bytes;
            IndexHeader header = IndexHeader.Parse(kind, bytes, bytes.Length);
            ChunkEntries entries = Entries(header, _content);
            if (kind == IndexKind.Dynamic) IndexOrder.Check(entries, 0);
            _header = header;
            return (Digest.Of(bytes[IndexHeader.Size..]), entries.End);
        }
        catch (PbsFormatException e)
        {
            throw Located(kind, e);
        }
    }

    private (Digest Checksum, long LogicalSize) OpenLarge(IndexKind kind)
    {
        try
        {
            using IndexPass pass = IndexFile.Pass(_file!.Content, _file.File.FileName, checksum: true);
            while (pass.Read(out _)) { }
            _checksum = pass.Checksum!.Value;
            return (_checksum, pass.LogicalSize);
        }
        catch (PbsFormatException e)
        {
            throw Located(kind, e);
        }
    }

    private PbsFormatException Located(IndexKind kind, PbsFormatException e) =>
        new(e.ErrorId, IndexFile.OpenFailure(kind, _file!.Path, e.Reason), e.Offset, _file.Path, e);
}
