using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Raw;

/// <summary>A file that is read by other means than its own.</summary>
/// <param name="file">The file; disposed of with this.</param>
/// <param name="path">Its full path.</param>
/// <param name="reads">Gives the reader to use for the file's own.</param>
internal sealed class ReplacedReads(IRawFile file, string path, Func<string, ReadAt, ReadAt> reads) : IRawFile
{
    private readonly ReadAt _read = reads(path, file.Read);

    public long Length => file.Length;

    public FileIdentity Identity => file.Identity;

    public int Read(Span<byte> buffer, long offset) => _read(buffer, offset);

    public void Dispose() => file.Dispose();
}
